// What the outcome of a pass comes to: a status, events and the end of the work, as plain data for record.ts to write.

import type { Appending } from '../../audit/append.ts';
import type { Status } from '../../crds/api.ts';
import type { Hold } from '../../crds/hold.ts';
import type { StoredObject } from '../../store/objects.ts';
import type { WorkEnd, WorkItem } from '../../store/work.ts';
import { backoffMs } from './backoff.ts';
import { repairsAfter, unlessContested } from './contest.ts';
import { chainFor, eventOf, outcomeOf } from './event.ts';
import type { PostgresStep, Reconciler, Result, Step } from './reconciler.ts';
import { nextStatus, sameButWords, sameStatus } from './status.ts';

/** How a pass ended, to be recorded. */
export interface Outcome {
  readonly item: WorkItem;
  readonly object: StoredObject;
  readonly reconciler: Reconciler;
  readonly result: Result;
  /** What was done outside Postgres, and what is done here. */
  readonly steps: readonly Step[];
  /** What is done here. */
  readonly rows: readonly PostgresStep[];
  readonly externalIds: Record<string, string>;
  readonly hold: Hold | undefined;
}

/** What an outcome comes to. */
export interface Ending {
  readonly outcome: Outcome;
  readonly result: Result;
  /** Nothing stands any more for an object that is to go. */
  readonly finished: boolean;
  /** When it says something new. */
  readonly status?: Status;
  /** Whether there is anything to tell the ledger. */
  readonly told: boolean;
}

export function endingOf(outcome: Outcome, now: string): Ending {
  const { object, steps, externalIds, hold } = outcome;
  const { generation, status: before } = object;
  if (object.deletionTimestamp !== null && outcome.result.type === 'done')
    return { outcome, result: outcome.result, finished: true, told: true };
  const repairs = repairsAfter(before, generation, steps, now);
  const result = unlessContested(outcome.result, repairs, now);
  const status = nextStatus({ before, generation, result, externalIds, repairs, hold }, now);
  const told = steps.length > 0 || !sameButWords(status, before);
  return { outcome, result, finished: false, ...(!sameStatus(status, before) && { status }), told };
}

export function eventsOf({ outcome, result, finished, told }: Ending): Appending[] {
  const { object, steps } = outcome;
  const chain = chainFor(object);
  if (!finished) return told ? [{ chain, event: eventOf(object, steps, outcomeOf(result)) }] : [];
  const end = { phase: 'outcome', outcome: 'ok', reason: 'Deleted', action: 'finalize' } as const;
  const last = { chain, event: eventOf(object, steps, end) };
  if (object.kind.name !== 'Org') return [last];
  // The org's own chain ends with it: nothing may follow a tombstone.
  return [last, { chain: object.uid, event: eventOf(object, [], { ...end, action: 'tombstone' }) }];
}

export function workEnd({ outcome: { item }, result }: Ending): WorkEnd {
  const attempts = item.attempts + 1;
  switch (result.type) {
    case 'done':
    case 'terminal':
      return { item };
    case 'contested':
      // Sweeps leave alone what waits; a change of the object itself does not wait.
      return { item, again: { afterMs: result.afterMs, attempts: 0 } };
    case 'again':
      return { item, again: { afterMs: result.afterMs, attempts } };
    case 'retry':
      return { item, again: { afterMs: backoffMs(item.attempts), attempts } };
  }
}
