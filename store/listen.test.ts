import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../servers/testing.ts';
import { type Listener, listen } from './listen.ts';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';

let pg: TestDatabase;
let listener: Listener | undefined;

beforeAll(async () => {
  pg = await startTestDatabase();
});

afterEach(async () => {
  await listener?.stop();
});

afterAll(() => pg.stop());

/** Listens to two channels and counts what it heard. */
async function listening() {
  const heard = { work: 0, other: 0 };
  const errors: string[] = [];
  listener = listen({
    url: pg.urls.controller,
    applicationName: 'listen-test',
    channels: { work: () => heard.work++, 'Other"channel': () => heard.other++ },
    onError: (error) => errors.push(error.message),
  });
  // Everything that was missed is looked for once, when the listening begins.
  await eventually('it listens', () => heard.work === 1 && heard.other === 1);
  return { heard, errors };
}

const backends = async () =>
  (await pg.sql(`SELECT pid FROM pg_stat_activity WHERE application_name = 'listen-test'`)).map(({ pid }) =>
    Number(pid),
  );

test('a notification wakes its channel and no other', async () => {
  const { heard } = await listening();
  await pg.sql(`SELECT pg_notify('work', '')`);
  await eventually('work was heard', () => heard.work === 2);
  await pg.sql(`SELECT pg_notify('Other"channel', '')`);
  await eventually('the other channel was heard', () => heard.other === 2);
  expect(heard).toEqual({ work: 2, other: 2 });
});

test('a notification of a transaction comes when it commits, and never when it rolls back', async () => {
  const { heard } = await listening();
  const db = pg.open('controller');
  const rolledBack = db.transaction(async (tx) => {
    await tx.run(`SELECT pg_notify('work', '')`);
    throw new Error('no');
  });
  await expect(rolledBack).rejects.toThrow('no');
  await db.transaction(async (tx) => {
    await tx.run(`SELECT pg_notify('Other"channel', '')`);
  });
  await eventually('what was committed was heard', () => heard.other === 2);
  expect(heard.work).toBe(1);
});

test('a connection that is cut is opened again, and what was missed is looked for', async () => {
  const { heard, errors } = await listening();
  const [before] = await backends();
  await pg.sql(`SELECT pg_terminate_backend($1, 10000)`, [before]);
  await pg.sql(`SELECT pg_notify('work', '')`);
  await eventually('it listens again', () => heard.work >= 2 && heard.other >= 2);
  const [after] = await backends();
  expect(after).not.toBe(before);
  expect(errors.length).toBeGreaterThan(0);
  const known = heard.work;
  await pg.sql(`SELECT pg_notify('work', '')`);
  await eventually('the new connection hears', () => heard.work > known);
});

test('a listener that is stopped leaves no connection', async () => {
  await listening();
  await listener?.stop();
  await eventually('its backend is gone', async () => (await backends()).length === 0);
});

test('a server that cannot be reached is tried again until the listener is stopped', async () => {
  const errors: string[] = [];
  const unreachable = listen({
    url: 'postgres://nobody:x@127.0.0.1:1/none',
    applicationName: 'listen-test',
    channels: {},
    onError: (error) => errors.push(error.message),
  });
  await eventually('it tried twice', () => errors.length >= 2);
  await unreachable.stop();
  expect(errors[0]).toContain('ECONNREFUSED');
});
