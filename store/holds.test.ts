import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from './database.ts';
import { dropExpiredHolds, dropHold, holdObserver, holdsOf, nextExpiry, putHold } from './holds.ts';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterAll(() => pg.stop());

const uidOf = (nr: number): string => `0190a5d0-7b1e-7c3a-9f00-00000000000${nr}`;
const put = (nr: number, mode: 'pause' | 'halt', reason = 'a', expiresAt?: Date) =>
  db.transaction((tx) => putHold(tx, uidOf(nr), { mode, actor: 'ops', reason, expiresAt }));
const expire = (nr: number) =>
  pg.sql(`UPDATE agent_holds SET expires_at = now() - interval '1 second' WHERE object_uid = $1`, [
    uidOf(nr),
  ]);

test('one hold for each agent and mode: placing it again keeps when it was placed', async () => {
  const first = await put(1, 'pause');
  const again = await put(1, 'pause', 'b', new Date('2100-01-01T00:00:00Z'));
  expect(again).toEqual({ ...first, reason: 'b', expiresAt: '2100-01-01T00:00:00.000Z' });
  await put(1, 'halt');
  expect((await holdsOf(db, uidOf(1))).map(({ mode }) => mode)).toEqual(['pause', 'halt']);
  const observe = holdObserver(db);
  const [one, two] = await Promise.all([observe(uidOf(1)), observe(uidOf(2))]);
  expect([one?.mode, two]).toEqual(['halt', undefined]);
});

test('what has expired holds nothing, even while its row is there, and cannot be lifted', async () => {
  const before = await put(3, 'pause', 'a', new Date('2100-01-01T00:00:00Z'));
  await expire(3);
  expect(await holdsOf(db, uidOf(3))).toEqual([]);
  expect(await holdObserver(db)(uidOf(3))).toBeUndefined();
  expect(await db.transaction((tx) => dropHold(tx, uidOf(3), 'pause'))).toBeUndefined();
  expect((await put(3, 'pause')).createdAt > before.createdAt).toBe(true);
});

test('expired holds are taken once, without waiting for an agent that somebody has locked', async () => {
  await pg.sql('TRUNCATE agent_holds');
  for (const nr of [4, 5]) {
    await pg.sql(
      `INSERT INTO objects (uid, kind, org, name, owner_manager, owner_instance, owner_ref, labels, annotations, spec,
         definition_version, status) VALUES ($1::uuid, 'Agent', 'acme', $1::uuid::text, 'api', 'me', '', '{}', '{}', '{}', 1,
         '{"observedGeneration": 0, "conditions": [], "externalIds": {}}')`,
      [uidOf(nr)],
    );
    await put(nr, 'pause');
    await expire(nr);
  }
  await put(6, 'pause', 'a', new Date('2100-01-01T00:00:00Z'));
  expect(await nextExpiry(db)).toBe(0);
  await db.transaction(async (tx) => {
    await tx.run('SELECT FROM objects WHERE uid = $1 FOR UPDATE', [uidOf(4)]);
    const taken = await db.transaction((other) => dropExpiredHolds(other, 10));
    expect(taken.map(({ uid }) => uid)).toEqual([uidOf(5)]);
  });
  const rest = await db.transaction((tx) => dropExpiredHolds(tx, 10));
  expect(rest.map(({ uid }) => uid)).toEqual([uidOf(4)]);
  expect(await nextExpiry(db)).toBeGreaterThan(1_000_000);
});
