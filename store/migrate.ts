// Brings the schema to the newest version, as the database's owner. Two migrators at once are safe: the second waits.

import { join } from 'node:path';
import pg from 'pg';
import Postgrator from 'postgrator';

export interface Migration {
  readonly version: number;
  readonly name: string;
}

const LOCK = 0x1a771ce;

/** Applies what is missing and returns it, in order. Throws when an applied file has been changed since. */
export async function migrate(
  url: string,
  onMigration?: (migration: Migration) => void,
): Promise<Migration[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'lattice-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const postgrator = new Postgrator({
      driver: 'pg',
      migrationPattern: join(import.meta.dirname, 'migrations/*.sql'),
      schemaTable: 'lattice_migrations',
      execQuery: (query) => client.query(query),
    });
    postgrator.on('migration-finished', ({ version, name }) => onMigration?.({ version, name: name ?? '' }));
    const applied = await postgrator.migrate();
    return applied.map(({ version, name }) => ({ version, name: name ?? '' }));
  } finally {
    await client.end();
  }
}
