import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { CommitInDoubtError, type Database } from './database.ts';
import { outageOf } from './outage.ts';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('owner');
  await pg.sql('CREATE TABLE slow (n int)');
  await pg.sql(`CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$`);
  await pg.sql(`CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (new.n = 1) EXECUTE FUNCTION linger()`);
});

afterAll(() => pg.stop());

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error) => error,
  );

const raised = (state: string): Promise<unknown> =>
  failure(db.run(`DO $$ BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = '${state}'; END $$`));

test.each([
  ['53100', 'nothing', 'Postgres has no room left on its disk'],
  ['53300', 'nothing', 'Postgres takes no more connections'],
  ['57P03', 'nothing', 'Postgres is starting or stopping'],
  ['57P01', 'nothing', 'Postgres does not answer'],
  ['40001', 'contention', 'other transactions kept changing the same rows'],
  ['40P01', 'contention', 'other transactions kept changing the same rows'],
])('what %s means, without what Postgres says itself', async (state, left, message) => {
  expect(outageOf(await raised(state))).toEqual({ left, message });
});

test.each(['23505', '22012', '42501', 'P0001'])('%s is no outage', async (state) => {
  expect(outageOf(await raised(state))).toBeUndefined();
});

test('a connection that is cut during the commit leaves it unknown whether it was made', async () => {
  let pid = 0;
  const ended = failure(
    db.transaction(async (tx) => {
      const [own] = await tx.rows(z.object({ pid: z.int() }), 'SELECT pg_backend_pid() AS pid');
      pid = own?.pid ?? 0;
      await tx.run('INSERT INTO slow VALUES (1)');
    }),
  );
  const committing = () =>
    pg.sql(`SELECT FROM pg_stat_activity WHERE pid = $1 AND query = 'COMMIT' AND wait_event = 'PgSleep'`, [
      pid,
    ]);
  while ((await committing()).length === 0) await delay(10);
  await pg.sql('SELECT pg_terminate_backend($1)', [pid]);
  const error = await ended;
  expect(error).toBeInstanceOf(CommitInDoubtError);
  expect(outageOf(error)).toMatchObject({ left: 'unknown' });
});

test('a commit that Postgres refuses is known not to be made', async () => {
  await pg.sql('ALTER TABLE slow ADD CONSTRAINT once UNIQUE (n) DEFERRABLE INITIALLY DEFERRED');
  const twice = db.transaction((tx) => tx.run('INSERT INTO slow VALUES (2), (2)'));
  await expect(twice).rejects.toMatchObject({ code: '23505' });
  expect(await pg.sql('SELECT * FROM slow')).toEqual([]);
});
