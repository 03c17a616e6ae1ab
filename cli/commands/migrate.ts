// `lattice migrate`: brings the database to this version, as its owner.

import { Command } from 'commander';
import { z } from 'zod';
import { migrate } from '../../store/migrate.ts';
import { requireDatabaseUrl, UsageError } from '../usage.ts';

const flags = z.object({ databaseUrl: z.string().optional() });

export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'Create or update the tables. Run it as the owner of the database, before the new controller.',
    )
    .option('--database-url <url>', 'Postgres, as its owner (or LATTICE_DATABASE_URL)')
    .action(async (options: unknown) => {
      const url = flags.parse(options).databaseUrl ?? process.env.LATTICE_DATABASE_URL;
      if (url === undefined) throw new UsageError('give --database-url or set LATTICE_DATABASE_URL');
      requireDatabaseUrl(url);
      const applied = await migrate(url, ({ version, name }) => {
        process.stderr.write(`applied ${version} ${name}\n`);
      });
      process.stdout.write(
        applied.length === 0 ? 'the database is up to date\n' : `${applied.length} migrations applied\n`,
      );
    });
}
