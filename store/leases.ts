// Roles that one process at a time plays (sealer, sweeper): rows with a fence that grows at every change of hands.
// Holding a lease is keeping it renewed; who was frozen past its end must check the fence before it writes.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import type { Database } from './database.ts';

export const ROLE_LEASE_MS = 15_000;
const RENEW_MS = 5_000;

export interface Lease {
  /** The fence while the lease is held, else undefined. */
  fence(): number | undefined;
  stop(): Promise<void>;
}

/** A name for this process that no other process has. */
export function processHolder(): string {
  return `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
}

/** SQL that is true while the lease is held under the fence, and is not about to end. */
export function heldCondition(name: string, fence: number): string {
  const literal = `'${name.replaceAll("'", "''")}'`;
  return `EXISTS (SELECT FROM leases WHERE name = ${literal} AND fence = ${fence}
         AND lease_until > clock_timestamp() + interval '${RENEW_MS / 2} milliseconds')`;
}

const fenceRow = z.object({ fence: z.int() });

/** Tries for ever to hold the lease; `onHeld` is told once each time it is won. */
export function holdLease(db: Database, name: string, holder: string, onHeld: () => void): Lease {
  let held: { fence: number; until: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  const renew = async (): Promise<void> => {
    // Counted from before the question, so that this process never believes longer than the database does.
    const asked = performance.now();
    const [mine] = await db.rows(
      fenceRow,
      `INSERT INTO leases AS l (name, holder, lease_until, fence)
       VALUES ($1, $2, now() + $3 * interval '1 millisecond', nextval('fences'))
       ON CONFLICT (name) DO UPDATE SET holder = $2, lease_until = excluded.lease_until,
         fence = CASE WHEN l.holder = $2 AND l.lease_until > now() THEN l.fence ELSE excluded.fence END
       WHERE l.holder = $2 OR l.lease_until < now()
       RETURNING fence`,
      [name, holder, ROLE_LEASE_MS],
    );
    const before = current();
    held = mine === undefined ? undefined : { fence: mine.fence, until: asked + ROLE_LEASE_MS };
    if (held !== undefined && held.fence !== before && !stopped) onHeld();
  };
  const current = (): number | undefined =>
    held !== undefined && performance.now() < held.until ? held.fence : undefined;
  const tick = (): void => {
    running = renew()
      // A database that is down is reported by whoever does the work; here the lease simply runs out.
      .catch(() => {})
      .then(() => {
        if (!stopped) timer = setTimeout(tick, RENEW_MS);
      });
  };
  tick();
  return {
    fence: current,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
      held = undefined;
      await db.run('DELETE FROM leases WHERE name = $1 AND holder = $2', [name, holder]).catch(() => {});
    },
  };
}
