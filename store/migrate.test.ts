import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pgDriver from 'pg';
import { migrate } from './migrate.ts';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';

let pg: TestDatabase;

beforeAll(async () => {
  pg = await startTestDatabase();
});

afterAll(() => pg.stop());

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pgDriver.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

const versions = (url: string) =>
  query(url, 'SELECT version FROM lattice_migrations WHERE version > 0 ORDER BY 1');
const tables = (url: string) =>
  query(
    url,
    `SELECT relname FROM pg_class WHERE relname ~ '^(objects|audit_event|lattice_orgs|lattice_ai_budgets|lattice_agents)$' ORDER BY 1`,
  );

test('an empty database is brought to the newest version, in order, and each step is told', async () => {
  const url = await pg.createEmpty('fresh');
  const told: number[] = [];
  const applied = await migrate(url, ({ version }) => told.push(version));
  expect(applied.map(({ version }) => version)).toEqual(applied.map((_each, index) => index + 1));
  expect(told).toEqual(applied.map(({ version }) => version));
  expect(await tables(url)).toEqual([
    'audit_event',
    'lattice_agents',
    'lattice_ai_budgets',
    'lattice_orgs',
    'objects',
  ]);
});

test('a second run applies nothing and changes nothing', async () => {
  const url = await pg.createEmpty('twice');
  await migrate(url);
  const before = await query(url, 'SELECT run_at::text FROM lattice_migrations ORDER BY version');
  expect(await migrate(url)).toEqual([]);
  expect(await query(url, 'SELECT run_at::text FROM lattice_migrations ORDER BY version')).toEqual(before);
});

test('several migrators at once apply each migration once', async () => {
  const url = await pg.createEmpty('race');
  const runs = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  const applied = runs.flat().map(({ version }) => version);
  expect(new Set(applied).size).toBe(applied.length);
  expect(await versions(url)).toEqual(applied.toSorted((left, right) => left - right).map(String));
});

test('a file that was changed after it was applied is refused, also when nothing is left to apply', async () => {
  const url = await pg.createEmpty('changed');
  await migrate(url);
  await query(url, `UPDATE lattice_migrations SET md5 = 'another' WHERE version = 1`);
  await expect(migrate(url)).rejects.toThrow('MD5 checksum failed for migration [1]');
  await query(url, 'DROP TABLE lattice_agents CASCADE');
  await query(url, 'DELETE FROM lattice_migrations WHERE version = 5');
  await expect(migrate(url)).rejects.toThrow(/MD5/);
  expect(await tables(url)).not.toContain('lattice_agents');
});

test('a migrator that fails lets go of the lock', async () => {
  const url = await pg.createEmpty('stuck');
  await query(url, 'CREATE TABLE lattice_agents (occupied boolean)');
  await expect(migrate(url)).rejects.toThrow('lattice_agents');
  expect(await versions(url)).toEqual(['1', '2', '3', '4']);
  await query(url, 'DROP TABLE lattice_agents');
  expect((await migrate(url)).at(0)).toMatchObject({ version: 5 });
  expect(await migrate(url)).toEqual([]);
});

test('a login without rights is refused with the reason, and nothing is made', async () => {
  await expect(migrate(pg.urls.runtime)).rejects.toThrow(/permission denied/);
});
