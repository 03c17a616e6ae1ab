import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { auditEventSchema, SYSTEM_CHAIN } from '../crds/audit.ts';
import type { Database } from '../store/database.ts';
import { startTestDatabase, type TestDatabase } from '../store/testing/database.ts';
import { appendEvent, type Chain, type NewEvent } from './append.ts';
import { canonicalJson } from './hash.ts';

let pg: TestDatabase;
let controller: Database;
let runtime: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  controller = pg.open('controller');
  runtime = pg.open('runtime');
});

afterAll(() => pg.stop());

const event = (change: Partial<NewEvent> = {}): NewEvent => ({
  actor: { type: 'token', id: 'ci' },
  source: 'http',
  owner: null,
  kind: 'Budget',
  org: 'acme',
  name: 'root',
  uid: null,
  generation: 1,
  action: 'create',
  phase: 'outcome',
  changed: ['/spec'],
  outcome: 'ok',
  reason: 'Admitted',
  message: '',
  ...change,
});

const actor = (type: NewEvent['actor']['type']) => event({ actor: { type, id: 'x' } });
const append = (db: Database, chain: Chain, told: NewEvent, diff?: unknown) =>
  db.transaction((tx) => appendEvent(tx, chain, told, diff));

async function stored(id: number) {
  const [row] = await pg.sql(
    `SELECT e.chain, e.bytes, e.content_hash, d.salt, d.diff, p.event_id IS NOT NULL AS pending
     FROM audit_event e LEFT JOIN audit_diff d ON d.event_id = e.id LEFT JOIN audit_pending p ON p.event_id = e.id WHERE e.id = $1`,
    [id],
  );
  return row;
}

const count = async () => (await pg.sql('SELECT count(*)::int AS n FROM audit_event'))[0]?.n;
const bytes = (value: unknown) =>
  value instanceof Uint8Array || Buffer.isBuffer(value) ? Buffer.from(value) : Buffer.alloc(0);
const sha256 = (...parts: Buffer[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

test('an event is stored as canonical bytes with their hash, and waits for its link', async () => {
  const row = await stored(await append(controller, 'c1', event({ message: 'ü' })));
  const text = bytes(row?.bytes).toString('utf8');
  const parsed = auditEventSchema.parse(JSON.parse(text));
  expect(canonicalJson(parsed)).toBe(text);
  expect(parsed).toMatchObject({ ...event({ message: 'ü' }), v: 1, diffHash: null });
  expect(row).toMatchObject({ chain: 'c1', salt: null, diff: null, pending: true });
  expect(bytes(row?.content_hash).toString('hex')).toBe(sha256(bytes(row?.bytes)));
});

test('the time of an event is that of its transaction, by the clock of the database', async () => {
  const [before] = await pg.sql('SELECT clock_timestamp() AS t');
  const row = await stored(await append(controller, 'c1', event()));
  const { time } = auditEventSchema.parse(JSON.parse(bytes(row?.bytes).toString('utf8')));
  const [between] = await pg.sql('SELECT $1::timestamptz BETWEEN $2 AND clock_timestamp() AS between', [
    time,
    before?.t,
  ]);
  expect(time).toHaveLength(27);
  expect(between).toEqual({ between: true });
});

test('the event holds the salted hash of the diff, and no value of it', async () => {
  const row = await stored(await append(controller, 'c1', event(), { before: null, after: 'secret-value' }));
  const text = bytes(row?.bytes).toString('utf8');
  expect(text).not.toContain('secret-value');
  expect(bytes(row?.diff).toString('utf8')).toBe('{"after":"secret-value","before":null}');
  expect(JSON.parse(text)).toMatchObject({ diffHash: sha256(bytes(row?.salt), bytes(row?.diff)) });
});

test('a transaction that is rolled back leaves neither event, diff nor work for the sealer', async () => {
  const before = await pg.sql(
    'SELECT (SELECT count(*) FROM audit_event) AS e, (SELECT count(*) FROM audit_diff) AS d, (SELECT count(*) FROM audit_pending) AS p',
  );
  const failing = controller.transaction(async (tx) => {
    await appendEvent(tx, 'c1', event(), { after: 1 });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(
    await pg.sql(
      'SELECT (SELECT count(*) FROM audit_event) AS e, (SELECT count(*) FROM audit_diff) AS d, (SELECT count(*) FROM audit_pending) AS p',
    ),
  ).toEqual(before);
});

test.each([
  { why: 'the controller for a token', db: () => controller, type: 'token' as const, allowed: true },
  { why: 'the controller for itself', db: () => controller, type: 'controller' as const, allowed: true },
  { why: 'the controller for the runtime', db: () => controller, type: 'runtime' as const, allowed: false },
  { why: 'the runtime for itself', db: () => runtime, type: 'runtime' as const, allowed: true },
  { why: 'the runtime for a token', db: () => runtime, type: 'token' as const, allowed: false },
  { why: 'the runtime for the controller', db: () => runtime, type: 'controller' as const, allowed: false },
])('who acts is bound to the database role: $why', async ({ db, type, allowed }) => {
  const before = Number(await count());
  const appending = append(db(), 'c1', actor(type));
  if (allowed) await appending;
  else await expect(appending).rejects.toMatchObject({ code: '42501' });
  expect(await count()).toBe(before + (allowed ? 1 : 0));
});

test.each([
  { why: 'no actor', text: '{}', code: '42501' },
  { why: 'an actor type that does not exist', text: '{"actor":{"type":"root"}}', code: '42501' },
  {
    why: 'two actors, of which the last counts for every reader',
    text: '{"actor":{"type":"runtime"},"actor":{"type":"controller"}}',
    code: '42501',
  },
  { why: 'no JSON', text: 'x', code: '22P02' },
  { why: 'NULL', text: null, code: '42501' },
])('what the runtime appends past the program is held to the same: $why', async ({ text, code }) => {
  const before = await count();
  const appending = runtime.run('SELECT audit_append($1, $2, NULL, NULL)', [
    'c1',
    text === null ? null : Buffer.from(text),
  ]);
  await expect(appending).rejects.toMatchObject({ code });
  expect(await count()).toBe(before);
});

test('bytes that are not UTF-8 are refused', async () => {
  const appending = controller.run('SELECT audit_append($1, $2, NULL, NULL)', [
    'c1',
    Buffer.from([0x7b, 0xff, 0x7d]),
  ]);
  await expect(appending).rejects.toMatchObject({ code: '22021' });
});

test('an event that does not have the form of version 1 is refused before it is stored', async () => {
  const before = await count();
  const wrong = { ...event(), generation: 1.5 };
  await expect(append(controller, 'c1', wrong)).rejects.toThrow('generation');
  expect(await count()).toBe(before);
});

test('events of an org go to the chain of its uid, and to the system chain while there is none', async () => {
  const uid = '0190a5d0-7b1e-7c3a-9f00-000000000001';
  // The runtime's role, which sees no objects.
  const chainOf = async (org: string) => {
    const id = await append(runtime, { org }, event({ actor: { type: 'runtime', id: 'worker' } }));
    const [row] = await pg.sql('SELECT chain FROM audit_event WHERE id = $1', [id]);
    return row?.chain;
  };
  expect(await chainOf('acme')).toBe(SYSTEM_CHAIN);
  await pg.sql(
    `INSERT INTO objects (uid, kind, org, name, owner_manager, owner_instance, owner_ref, labels, annotations, spec, definition_version, status)
     VALUES ($1, 'Org', 'acme', 'acme', 'api', 'me', '', '{}', '{}', '{}', 1, '{}')`,
    [uid],
  );
  expect(await chainOf('acme')).toBe(uid);
  expect(await chainOf('other')).toBe(SYSTEM_CHAIN);
});
