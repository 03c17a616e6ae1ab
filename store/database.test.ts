import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Database, isDatabaseOutage, openDatabase, sqlState, type Transaction } from './database.ts';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('owner');
  await pg.sql('CREATE TABLE counters (name text PRIMARY KEY, n bigint NOT NULL)');
});

afterAll(() => pg.stop());

beforeEach(async () => {
  await pg.sql('TRUNCATE counters');
  await pg.sql(`INSERT INTO counters VALUES ('a', 0), ('b', 0)`);
});

const counters = async () =>
  (await pg.sql('SELECT name, n::int AS n FROM counters ORDER BY name')).map(({ name, n }) => `${name}=${n}`);
const increment = (tx: Transaction, name: string) =>
  tx.run('UPDATE counters SET n = n + 1 WHERE name = $1', [name]);
const number = z.object({ n: z.number() });

/** Resolves for all callers once `count` of them have come; later callers pass. */
function meeting(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let come = 0;
  return async () => {
    come += 1;
    if (come >= count) resolve();
    await promise;
  };
}

test('two transactions that lock each other out both happen, each exactly once', async () => {
  const met = meeting(2);
  let attempts = 0;
  const both = (first: string, second: string) =>
    db.transaction(async (tx) => {
      attempts += 1;
      await increment(tx, first);
      await met();
      await increment(tx, second);
    });
  await Promise.all([both('a', 'b'), both('b', 'a')]);
  expect(await counters()).toEqual(['a=2', 'b=2']);
  // A real deadlock happened: one of them had to begin again.
  expect(attempts).toBeGreaterThan(2);
});

test('a transaction that Postgres could not serialize runs again on fresh data', async () => {
  const seen: number[] = [];
  const url = new URL(pg.urls.owner);
  url.searchParams.set('options', '-c default_transaction_isolation=repeatable\\ read');
  const strict = openDatabase({ url: url.href, applicationName: 'strict' });
  await strict.transaction(async (tx) => {
    const [row] = await tx.rows(number, `SELECT n FROM counters WHERE name = 'a'`);
    if (seen.push(row?.n ?? -1) === 1) await pg.sql(`UPDATE counters SET n = 10 WHERE name = 'a'`);
    await increment(tx, 'a');
  });
  await strict.close();
  expect(seen).toEqual([0, 10]);
  expect(await counters()).toEqual(['a=11', 'b=0']);
});

test('a transaction that never serializes is given up with the error of Postgres', async () => {
  let attempts = 0;
  const failing = db.transaction(async (tx) => {
    attempts += 1;
    await tx.run(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = 'serialization_failure'; END $$`);
  });
  await expect(failing).rejects.toMatchObject({ code: '40001' });
  expect(attempts).toBe(8);
});

test('a transaction that throws leaves nothing, is not run again, and gives its connection back', async () => {
  let attempts = 0;
  for (let round = 0; round < 40; round++) {
    const failing = db.transaction(async (tx) => {
      attempts += 1;
      await increment(tx, 'a');
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow('no');
  }
  expect(attempts).toBe(40);
  expect(await counters()).toEqual(['a=0', 'b=0']);
  const [idle] = await pg.sql(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'`,
  );
  expect(idle).toEqual({ n: 0 });
});

test('who stands still in a transaction loses it, so that others pass its locks', async () => {
  const slow = openDatabase({
    url: pg.urls.owner,
    applicationName: 'slow',
    idleInTransactionMs: 100,
    onError: () => {},
  });
  const stalled = slow.transaction(async (tx) => {
    await increment(tx, 'a');
    // Waits at the lock of the first until Postgres has ended it.
    await db.transaction((other) => increment(other, 'a'));
    await increment(tx, 'b');
  });
  const error: unknown = await stalled.catch((failure: unknown) => failure);
  expect(isDatabaseOutage(error)).toBe(true);
  expect(await counters()).toEqual(['a=1', 'b=0']);
  await slow.close();
});

test('what one transaction writes nobody sees before it ends', async () => {
  await db.transaction(async (tx) => {
    await increment(tx, 'a');
    expect(await counters()).toEqual(['a=0', 'b=0']);
  });
  expect(await counters()).toEqual(['a=1', 'b=0']);
});

test('a read-only transaction keeps one snapshot and refuses to write', async () => {
  await db.transaction(
    async (tx) => {
      const read = () => tx.rows(number, `SELECT n FROM counters WHERE name = 'a'`);
      const before = await read();
      await pg.sql(`UPDATE counters SET n = 7 WHERE name = 'a'`);
      expect(await read()).toEqual(before);
    },
    { readOnly: true },
  );
  const writing = db.transaction((tx) => increment(tx, 'a'), { readOnly: true });
  await expect(writing).rejects.toMatchObject({ code: '25006' });
  expect(await counters()).toEqual(['a=7', 'b=0']);
});

test('the time of a transaction is one, in UTC with microseconds, 27 characters', async () => {
  await db.transaction(async (tx) => {
    const time = tx.now;
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    await tx.run('SELECT pg_sleep(0.001)');
    expect(tx.now).toBe(time);
    const [same] = await tx.rows(z.object({ same: z.boolean() }), 'SELECT $1::timestamptz = now() AS same', [
      time,
    ]);
    expect(same).toEqual({ same: true });
  });
});

test.each([
  { why: 'the largest', text: '9007199254740991', value: 9007199254740991 },
  { why: 'the smallest', text: '-9007199254740991', value: -9007199254740991 },
])('an int8 within 2^53-1 is exact: $why', async ({ text, value }) => {
  expect(await db.rows(number, `SELECT ${text}::int8 AS n`)).toEqual([{ n: value }]);
});

test.each(['9007199254740992', '9007199254740993', '-9007199254740992', '9223372036854775807'])(
  'the int8 %s is refused by name, not rounded, and the connection stays usable',
  async (text) => {
    await expect(db.rows(number, `SELECT '${text}'::int8 AS n`)).rejects.toThrow(`${text} is beyond 2^53-1`);
    expect(await db.rows(number, 'SELECT 1::int8 AS n')).toEqual([{ n: 1 }]);
  },
);

test('a row that does not fit its schema is an error, not a wrong value', async () => {
  await expect(db.rows(number, `SELECT '1'::text AS n`)).rejects.toThrow('expected number');
});

test.each([
  { why: 'while a statement runs', statement: 'SELECT pg_terminate_backend(pg_backend_pid())' },
  { why: 'between two statements', statement: 'SELECT 1' },
])('a connection that is cut is told as an outage, and the pool goes on: $why', async ({ statement }) => {
  const cut = db.transaction(async (tx) => {
    const [own] = await tx.rows(z.object({ pid: z.int() }), 'SELECT pg_backend_pid() AS pid');
    if (statement === 'SELECT 1') {
      await pg.sql('SELECT pg_terminate_backend($1, 10000)', [own?.pid]);
      // The end of the connection arrives here while no statement waits for an answer.
      await setImmediate();
    }
    await tx.run(statement);
  });
  const error: unknown = await cut.catch((reason: unknown) => reason);
  expect(isDatabaseOutage(error)).toBe(true);
  expect(await db.rows(number, 'SELECT 1::int8 AS n')).toEqual([{ n: 1 }]);
});

test.each([
  { why: 'nobody listens', error: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), outage: true },
  { why: 'the connection ended', error: new Error('Connection terminated unexpectedly'), outage: true },
  {
    why: 'it was cut between two statements',
    error: new Error('Client has encountered a connection error and is not queryable'),
    outage: true,
  },
  {
    why: 'no connection came free',
    error: new Error('timeout exceeded when trying to connect'),
    outage: true,
  },
  { why: 'a fault of the program', error: new TypeError('x is not a function'), outage: false },
  { why: 'another code', error: Object.assign(new Error('x'), { code: 'EACCES' }), outage: false },
  { why: 'no error at all', error: 'text', outage: false },
])('what says that Postgres is away: $why', ({ error, outage }) => {
  expect(isDatabaseOutage(error)).toBe(outage);
});

test.each([
  ['it does not let us in', (url: URL) => Object.assign(url, { password: 'wrong' }), '28P01'],
  ['the database is not there', (url: URL) => Object.assign(url, { pathname: '/none' }), '3D000'],
])('an outage is also that %s', async (_why, change, state) => {
  const other = openDatabase({ url: change(new URL(pg.urls.owner)).href, applicationName: 'test' });
  const error: unknown = await other.run('SELECT 1').catch((reason: unknown) => reason);
  await other.close();
  expect([sqlState(error), isDatabaseOutage(error)]).toEqual([state, true]);
});

test('an error of a statement has its code and is no outage', async () => {
  const error: unknown = await db.run('SELECT 1 / 0').catch((reason: unknown) => reason);
  expect(sqlState(error)).toBe('22012');
  expect(isDatabaseOutage(error)).toBe(false);
  expect(sqlState(new Error('x'))).toBeUndefined();
});

test('what a transaction announces is heard once, after its commit, and never when it rolls back', async () => {
  const own = pg.open('owner');
  const heard: string[] = [];
  own.subscribe('work', () => heard.push('work'));
  own.subscribe('events', () => heard.push('events'));
  await own.transaction(async (tx) => {
    tx.announce('work');
    tx.announce('work');
    await increment(tx, 'a');
    expect(heard).toEqual([]);
  });
  expect(heard).toEqual(['work']);
  const failing = own.transaction(async (tx) => {
    tx.announce('events');
    throw new RangeError('no');
  });
  await expect(failing).rejects.toThrow('no');
  let attempts = 0;
  await own.transaction(async (tx) => {
    attempts += 1;
    if (attempts > 1) return;
    tx.announce('events');
    await tx.run(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = 'serialization_failure'; END $$`);
  });
  expect(attempts).toBe(2);
  expect(heard).toEqual(['work']);
});
