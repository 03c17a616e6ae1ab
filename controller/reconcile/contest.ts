// Somebody else keeps changing what the controller puts right. Repairs are counted on the object; when they follow each other
// too closely the object is contested: it says so, and is put right more and more seldom, until it stays as it is. Which it is
// follows from the count and the clock alone, so a restart of the controller changes nothing.

import type { Repairs, Status } from '../../crds/api.ts';
import { describeStep, putsRight, type Result, type Step } from './reconciler.ts';
import { wasReady } from './status.ts';

/** A repair that comes later than this after the one before has nothing to do with it. */
const SAME_FIGHT_MS = 10 * 60_000;
/** From this one on it is a fight: a person who tries something out does it once or twice. */
const FIGHT_FROM = 5;
const FIRST_WAIT_MS = 2_000;
/** No longer than a sweep takes by default, so that a contested object is hardly worse off than another that drifts. */
const MOST_WAIT_MS = 60_000;
/** What is changed at random may look right once; it is over when this many looks in a row find nothing. */
const QUIET_LOOKS = 3;

/** The count after a pass that did these steps. Steps on an object that was not as declared, or for a hold, are no repair. */
export function repairsAfter(
  before: Status,
  generation: number,
  steps: readonly Step[],
  now: string,
): Repairs | undefined {
  const { repairs } = before;
  if (!putsRight(steps) || !wasReady(before, generation)) return repairs;
  const what = steps.map(describeStep).join('; ');
  const goesOn = repairs !== undefined && since(repairs.last, now) < SAME_FIGHT_MS;
  return goesOn
    ? { ...repairs, count: repairs.count + 1, last: now, what }
    : { count: 1, since: now, last: now, what };
}

/** What a pass that ended well comes to: its own result, or that the object is contested. */
export function unlessContested(result: Result, repairs: Repairs | undefined, now: string): Result {
  if (result.type !== 'done' || repairs === undefined || repairs.count < FIGHT_FROM) return result;
  const afterMs = waitMs(repairs.count);
  if (since(repairs.last, now) >= QUIET_LOOKS * afterMs) return result;
  return {
    type: 'contested',
    afterMs,
    code: 'Contested',
    message: `Put right ${repairs.count} times since ${repairs.since}, and something keeps changing it. Last: ${repairs.what}.`,
  };
}

const waitMs = (count: number): number =>
  Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(count - FIGHT_FROM, 10));

const since = (from: string, to: string): number => Date.parse(to) - Date.parse(from);
