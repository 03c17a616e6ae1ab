import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from './database.ts';
import { extendToken, forgetTokens, insertToken, revokeToken, tokenBySha256 } from './minted-tokens.ts';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterAll(() => pg.stop());

async function mint(ttlSeconds = 60) {
  const sha256 = randomBytes(32);
  const rights = { orgs: ['acme'], verbs: ['get'], managers: [] };
  const token = { id: uuidv7(), sha256, minter: 'ci', ...rights, ttlSeconds };
  const { id } = await db.transaction((tx) => insertToken(tx, token));
  return { id, look: () => tokenBySha256(db, sha256) };
}
const age = (id: string, interval: string) =>
  pg.sql('UPDATE minted_tokens SET expires_at = now() - $2::interval WHERE id = $1', [id, interval]);

test('a token is found by its hash alone, and a look writes nothing', async () => {
  const { id, look } = await mint();
  const before = await pg.sql('SELECT xmin, * FROM minted_tokens WHERE id = $1', [id]);
  expect(await look()).toMatchObject({ id, minter: 'ci', orgs: ['acme'], expired: false, revokedAt: null });
  expect(await tokenBySha256(db, randomBytes(32))).toBeUndefined();
  expect(await pg.sql('SELECT xmin, * FROM minted_tokens WHERE id = $1', [id])).toEqual(before);
});

test('to renew it lets it live longer and never shorter; to revoke it twice is to revoke it once', async () => {
  const { id, look } = await mint(3600);
  const { expiresAt } = await db.transaction((tx) => extendToken(tx, id, 60));
  expect(expiresAt).toEqual((await look())?.expiresAt);
  expect((await db.transaction((tx) => extendToken(tx, id, 7200))).expiresAt > expiresAt).toBe(true);
  const first = await db.transaction((tx) => revokeToken(tx, id));
  expect(first.revokedAt).toBeInstanceOf(Date);
  expect((await db.transaction((tx) => revokeToken(tx, id))).revokedAt).toEqual(first.revokedAt);
});

test('an expired token says so for a day, then it is forgotten, and the others are left as they are', async () => {
  const [old, fresh, living] = [await mint(), await mint(), await mint()];
  await age(old.id, '25 hours');
  await age(fresh.id, '1 hour');
  await forgetTokens(db);
  expect([await old.look(), (await fresh.look())?.expired, (await living.look())?.expired]).toEqual([
    undefined,
    true,
    false,
  ]);
  const before = await pg.sql('SELECT xmin, * FROM minted_tokens');
  await forgetTokens(db);
  expect(await pg.sql('SELECT xmin, * FROM minted_tokens')).toEqual(before);
});
