// A database as SQL: the migrations that made it, as they were then, and every row. What a later version finds changed in one of
// those migrations it refuses, so a file here also keeps anybody from editing what has been released.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { World } from '../../support/world.ts';

const MIGRATIONS = join(import.meta.dirname, '../../../store/migrations');
/** Compiled again where it is missing, and large; and who held what at that moment. */
const LEFT_OUT = new Set(['compiled_policies', 'leases']);

const named = z.object({ name: z.string() });

export async function dump({ sql }: Pick<World, 'sql'>): Promise<string> {
  const parts = [
    '-- Written by record.ts. A database of this release, for the tests of upgrades. Never edit it.',
  ];
  for (const file of (await readdir(MIGRATIONS)).sort())
    parts.push(`-- ${file}`, await readFile(join(MIGRATIONS, file), 'utf8'));
  parts.push(
    'CREATE TABLE lattice_migrations (version bigint PRIMARY KEY, name text, md5 text, run_at timestamptz);',
    // Rows come in the order of the names of their tables.
    'SET session_replication_role = replica;',
  );
  const tables = await sql(`SELECT relname AS name FROM pg_class WHERE relkind = 'r'
    AND relnamespace = 'public'::regnamespace ORDER BY relname`);
  for (const { name } of tables.map((table) => named.parse(table))) {
    if (LEFT_OUT.has(name)) continue;
    const rows = await sql(`SELECT to_jsonb(t)::text AS row FROM ${name} t ORDER BY 1`);
    for (const { row } of rows)
      parts.push(
        `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(NULL::${name}, $row$${row}$row$);`,
      );
  }
  const sequences = await sql(`SELECT sequencename AS name, last_value::text AS value FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY 1`);
  for (const { name, value } of sequences) parts.push(`SELECT setval('${name}', ${value});`);
  parts.push('SET session_replication_role = origin;', '');
  return parts.join('\n');
}
