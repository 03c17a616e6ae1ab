// Waiting until an event is linked. An effect outside Postgres may happen only after its intent is part of the chain:
// otherwise a crash could leave an effect that the ledger does not know.

import { z } from 'zod';
import type { Queryable } from '../store/database.ts';

export interface LinkWaiter {
  /** Resolves when the event has its link. Rejects when the signal aborts. */
  linked(eventId: number, signal: AbortSignal): Promise<void>;
  /** Links may have been added. */
  wake(): void;
}

const POLL_MS = 200;

export function linkWaiter(db: Queryable): LinkWaiter {
  const waiting = new Set<() => void>();
  return {
    wake: () => {
      for (const look of [...waiting]) look();
    },
    linked: async (eventId, signal) => {
      while (!(await isLinked(db, eventId))) {
        signal.throwIfAborted();
        await new Promise<void>((resolve) => {
          const look = (): void => {
            clearTimeout(timer);
            waiting.delete(look);
            resolve();
          };
          const timer = setTimeout(look, POLL_MS);
          waiting.add(look);
        });
      }
    },
  };
}

async function isLinked(db: Queryable, eventId: number): Promise<boolean> {
  const [link] = await db.rows(
    z.object({ linked: z.boolean() }),
    'SELECT EXISTS (SELECT FROM audit_link WHERE event_id = $1) AS linked',
    [eventId],
  );
  return link?.linked ?? false;
}
