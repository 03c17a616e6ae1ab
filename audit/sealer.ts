// Links events to their chains. One process at a time seals (lease `sealer`); it takes what has gathered since the last
// time in one transaction, so that the cost of a commit is shared. Without events it only reads.

import { z } from 'zod';
import { type Database, sqlState } from '../store/database.ts';
import { holdLease } from '../store/leases.ts';

export interface Sealer {
  /** There may be events to link. */
  wake(): void;
  stop(): Promise<void>;
}

export interface SealerOptions {
  readonly db: Database;
  readonly holder: string;
  readonly onSealed?: (links: number) => void;
  readonly onError?: (error: unknown) => void;
}

const BATCH = 500;
/** Events of other processes are found by looking. */
const POLL_MS = 200;
const LOST_LEASE = 'LT001';

export function startSealer({ db, holder, onSealed, onError }: SealerOptions): Sealer {
  let stopped = false;
  let again = false;
  let running: Promise<void> | undefined;

  const seal = async (): Promise<void> => {
    do {
      again = false;
      const fence = lease.fence();
      if (fence === undefined || !(await anyPending(db))) return;
      const [sealed] = await db.rows(z.object({ links: z.int() }), 'SELECT audit_seal($1, $2) AS links', [
        fence,
        BATCH,
      ]);
      onSealed?.(sealed?.links ?? 0);
      again ||= sealed?.links === BATCH;
    } while (again && !stopped);
  };
  const attempt = (): Promise<void> =>
    seal().catch((error: unknown) => {
      if (sqlState(error) !== LOST_LEASE) onError?.(error);
    });
  const wake = (): void => {
    if (stopped) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = attempt().finally(() => {
      running = undefined;
      if (again) wake();
    });
  };
  const lease = holdLease(db, 'sealer', holder, wake);
  const poll = setInterval(wake, POLL_MS);
  db.subscribe('events', wake);
  return {
    wake,
    stop: async () => {
      stopped = true;
      clearInterval(poll);
      await running;
      // What was appended while it was busy; after this the lease is gone, and nobody may link it for a while.
      await attempt();
      await lease.stop();
    },
  };
}

async function anyPending(db: Database): Promise<boolean> {
  const [pending] = await db.rows(
    z.object({ any: z.boolean() }),
    'SELECT EXISTS (SELECT FROM audit_pending) AS any',
  );
  return pending?.any ?? false;
}
