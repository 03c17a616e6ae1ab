// The engine takes due objects from the work queue and runs one pass for each, a bounded number at a time. Its leases are
// renewed while passes run; a pass whose lease is lost is told to stop, and could not record anything if it did not.

import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { seldom } from '../../config/seldom.ts';
import { isDatabaseOutage } from '../../store/database.ts';
import {
  endWork,
  LEASE_MS,
  LostLeaseError,
  nextDue,
  renewWork,
  takeWork,
  type WorkItem,
  yieldWork,
} from '../../store/work.ts';
import type { ControllerContext } from '../context.ts';
import { backoffMs } from './backoff.ts';
import { reconcileOnce } from './pass.ts';
import { describeStep } from './reconciler.ts';
import type { PassReport } from './record.ts';

export interface Engine {
  /** There may be work. */
  wake(): void;
  /** Takes no more work, waits for the passes under way. */
  stop(): Promise<void>;
}

const POLL_MS = 1_000;
const RENEW_MS = LEASE_MS / 3;
const DRAIN_MS = 10_000;

interface Running {
  readonly item: WorkItem;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export function startEngine(context: ControllerContext, concurrency: number): Engine {
  const running = new Map<string, Running>();
  /** Passes that an outage of Postgres cut off; their leases are given back as soon as it answers. */
  const cutOff = new Set<WorkItem>();
  let stopped = false;
  let taking: Promise<void> | undefined;
  let again = false;
  let timer: NodeJS.Timeout | undefined;

  const unread = seldom((error, unsaid) =>
    context.log.warn({ error, unsaid }, 'the work queue cannot be read; waiting for Postgres'),
  );

  const run = (item: WorkItem): void => {
    const abort = new AbortController();
    const ended = pass(context, item, abort.signal, () => cutOff.add(item)).finally(() => {
      running.delete(item.uid);
      wake();
    });
    running.set(item.uid, { item, abort, ended });
  };

  const take = async (): Promise<void> => {
    do {
      // Passes that were recorded together end in one turn: their places are given away together, or the next go one by one.
      await nextTurn();
      again = false;
      const free = concurrency - running.size;
      if (free <= 0 || stopped) return;
      const left = [...cutOff];
      if (left.length > 0) await yieldWork(context.db, left, (item) => backoffMs(item.attempts));
      for (const item of left) cutOff.delete(item);
      const items = await takeWork(context.db, context.holder, free);
      for (const item of items) run(item);
      // As many as there was room for: there may be more, and the end of a pass looks again.
      if (items.length === free) return;
    } while (again);
    const wait = await nextDue(context.db);
    schedule(Math.min(POLL_MS, wait ?? POLL_MS));
  };

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(wake, Math.max(5, ms));
  };

  const wake = (): void => {
    if (stopped) return;
    if (taking !== undefined) {
      again = true;
      return;
    }
    taking = take()
      .catch((error: unknown) => {
        unread(error);
        schedule(POLL_MS);
      })
      .finally(() => {
        taking = undefined;
        if (again) wake();
      });
  };

  const renew = setInterval(() => {
    const mine = [...running.values()];
    if (mine.length === 0) return;
    renewWork(
      context.db,
      mine.map(({ item }) => item),
    )
      .then((held) => {
        for (const { item, abort } of mine)
          if (!held.has(item.uid)) abort.abort(new LostLeaseError(item.uid, item.fence));
      })
      .catch((error: unknown) => context.log.warn({ error: String(error) }, 'leases could not be renewed'));
  }, RENEW_MS);

  context.db.subscribe('work', wake);
  wake();
  return {
    wake,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await taking;
      const passes = Promise.allSettled([...running.values()].map(({ ended }) => ended));
      const limit = setTimeout(() => {
        for (const { abort } of running.values()) abort.abort(new Error('the controller is stopping'));
      }, DRAIN_MS);
      await passes;
      clearTimeout(limit);
      clearInterval(renew);
    },
  };
}

/** Runs one pass and reports it. What it could not record is left to the lease: it ends, and the object is taken again. */
async function pass(
  context: ControllerContext,
  item: WorkItem,
  signal: AbortSignal,
  onCutOff: () => void,
): Promise<void> {
  const log = context.log.child({ reconcileId: randomUUID(), uid: item.uid });
  const began = performance.now();
  try {
    const report = await reconcileOnce({ ...context, log }, item, signal);
    reportPass(context, report, (performance.now() - began) / 1000, log);
  } catch (error) {
    context.metrics.passes.inc({ kind: 'Unknown', result: 'error' });
    if (error instanceof LostLeaseError || signal.aborted)
      log.warn({ error: String(error) }, 'the pass was given up');
    else if (isDatabaseOutage(error)) {
      log.warn({ error: String(error) }, 'Postgres does not answer; the pass will be repeated');
      onCutOff();
    } else {
      log.error({ error: error instanceof Error ? error.stack : String(error) }, 'the pass failed');
      await context.db
        .transaction((tx) =>
          endWork(tx, [{ item, again: { afterMs: backoffMs(item.attempts), attempts: item.attempts + 1 } }]),
        )
        .catch(() => {});
    }
  }
}

function reportPass(
  context: ControllerContext,
  report: PassReport,
  seconds: number,
  log: ControllerContext['log'],
): void {
  const { object, result, steps, idle } = report;
  if (object === undefined || result === undefined) return;
  const kind = object.kind.name;
  context.metrics.passes.inc({ kind, result: idle ? 'idle' : result.type });
  context.metrics.passSeconds.observe({ kind }, seconds);
  if (idle) return;
  const reason = result.type === 'done' ? result.reason : result.code;
  log.info(
    {
      kind,
      org: object.org,
      name: object.name,
      generation: object.generation,
      result: result.type,
      reason,
      steps: steps.map(describeStep),
      seconds,
    },
    'reconciled',
  );
}
