// Holds up the sealer in the middle of its work, by a lock on the table of links, so that a test can do something to a process
// that waits there. A statement that waits for a lock is as far as it would be at a crash: begun, and not committed.

import pg from 'pg';
import { eventually } from '../eventually.ts';
import type { World } from '../world.ts';

export interface HeldLinks {
  /** Resolves when the sealer waits at the lock with a batch in hand. */
  sealing(): Promise<void>;
  release(): Promise<void>;
}

export async function holdLinks(world: World): Promise<HeldLinks> {
  const client = new pg.Client({ connectionString: world.state.databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE audit_link IN SHARE MODE');
  return {
    sealing: async () => {
      const waiting = () =>
        world.sql(
          `SELECT FROM pg_stat_activity WHERE query LIKE '%audit_seal(%' AND wait_event_type = 'Lock'`,
        );
      await eventually('the sealer waits with a batch', waiting, (rows) => rows.length > 0);
    },
    release: () => client.end(),
  };
}
