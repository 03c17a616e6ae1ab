// Ends holds at their time: takes the row away, tells the ledger and puts the agent to work, in one transaction. Any number of
// controllers look; the first one that takes a row has it. While nothing expires it only reads.

import { appendEvents } from '../../audit/append.ts';
import { seldom } from '../../config/seldom.ts';
import type { Database } from '../../store/database.ts';
import { dropExpiredHolds, nextExpiry } from '../../store/holds.ts';
import { objectsByUid } from '../../store/objects.ts';
import { requestWork } from '../../store/work.ts';
import type { ControllerContext } from '../context.ts';
import { holdEvent } from './event.ts';

export interface HoldClock {
  stop(): Promise<void>;
}

/** Others place holds too, and are found by looking. */
const POLL_MS = 1_000;
const MOST_TOGETHER = 100;

export function startHoldClock({ db, log }: Pick<ControllerContext, 'db' | 'log'>): HoldClock {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const failed = seldom((error, unsaid) =>
    log.warn({ error, unsaid }, 'expired holds cannot be ended; waiting for Postgres'),
  );
  const look = async (): Promise<number> => {
    const wait = await nextExpiry(db);
    if (wait === 0) await endExpiredHolds(db);
    // An agent that somebody else has locked is left for the next look.
    return wait === 0 ? 50 : Math.min(POLL_MS, wait ?? POLL_MS);
  };
  const tick = (): void => {
    running = look()
      .catch((error: unknown) => {
        failed(error);
        return POLL_MS;
      })
      .then((wait) => {
        if (!stopped) timer = setTimeout(tick, Math.max(5, wait));
      });
  };
  tick();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** Returns how many were ended. */
export async function endExpiredHolds(db: Database): Promise<number> {
  return await db.transaction(async (tx) => {
    const ended = await dropExpiredHolds(tx, MOST_TOGETHER);
    const uids = [...new Set(ended.map(({ uid }) => uid))];
    const agents = new Map((await objectsByUid(tx, uids)).map((agent) => [agent.uid, agent]));
    const by = { actor: { type: 'controller', id: 'controller' }, source: 'expiry' } as const;
    const events = ended.flatMap(({ uid, hold }) => {
      const agent = agents.get(uid);
      if (agent === undefined) return [];
      const event = holdEvent(agent, by, 'release', hold, 'Expired');
      return [{ chain: { org: agent.org }, event, diff: { before: hold, after: null } }];
    });
    await appendEvents(tx, events);
    await requestWork(tx, ...uids);
    return ended.length;
  });
}
