// A real Postgres with the migrated schema for one test file, with a login for each role as in a deployment.
// Never: used by anything but tests.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../servers/postgres.ts';
import { temporaryFolder } from '../../servers/testing.ts';
import { type Database, openDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';

export type Role = 'owner' | 'controller' | 'runtime';

export interface TestDatabase {
  /** Connection string of a role; the owner is the superuser. */
  readonly urls: Readonly<Record<Role, string>>;
  /** A pool of its own for a role; closed by `stop` at the latest. */
  open(role: Role): Database;
  /** Rows of a query as the superuser, as they are. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Makes another database, empty, and returns the superuser's connection string. */
  createEmpty(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startTestDatabase(): Promise<TestDatabase> {
  const folder = await temporaryFolder();
  const server = await startPostgres({
    dataDir: join(folder.path, 'pg'),
    settings: { max_connections: '200', deadlock_timeout: '50ms', fsync: 'off', shared_buffers: '32MB' },
  });
  const owner = new pg.Pool({ connectionString: server.url('lattice'), max: 4 });
  owner.on('error', () => {});
  const opened: Database[] = [];
  const createEmpty = async (name: string): Promise<string> => {
    const client = new pg.Client({ connectionString: server.url() });
    await client.connect();
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    await client.end();
    return server.url(name);
  };
  await migrate(await createEmpty('lattice'));
  const login = async (role: string): Promise<string> => {
    const password = randomBytes(24).toString('hex');
    await owner.query(`CREATE ROLE test_${role} LOGIN PASSWORD '${password}' IN ROLE lattice_${role}`);
    const url = new URL(server.url('lattice'));
    url.username = `test_${role}`;
    url.password = password;
    return url.href;
  };
  const urls = {
    owner: server.url('lattice'),
    controller: await login('controller'),
    runtime: await login('runtime'),
  };
  return {
    urls,
    createEmpty,
    open: (role) => {
      const db = openDatabase({ url: urls[role], applicationName: `test-${role}`, connections: 32 });
      opened.push(db);
      return db;
    },
    sql: async (text, values = []) => (await owner.query<Record<string, unknown>>(text, [...values])).rows,
    stop: async () => {
      await Promise.allSettled([...opened.map((db) => db.close()), owner.end()]);
      await server.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}
