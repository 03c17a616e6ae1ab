// One thing that Terraform asked for, and how long it may take. Promise: its signal ends every request and every wait in it,
// at its deadline or when Terraform says stop, and afterwards it is known which of the two it was.

import { setTimeout as sleep } from 'node:timers/promises';
import { durationText } from '../sdk/schema/duration.ts';

export interface Operation {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  isStopped(): boolean;
}

export function beginOperation(stop: AbortSignal, timeoutMs: number): Operation {
  return {
    signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]),
    timeoutMs,
    isStopped: () => stop.aborted,
  };
}

/** Why an operation that ended early did, as the beginning of a sentence. */
export function endedBecause(operation: Operation): string {
  return operation.isStopped() ? 'Interrupted' : `After ${durationText(operation.timeoutMs)}`;
}

/** Waits; false when the operation ended first. */
export async function pause(operation: Operation, ms: number): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal: operation.signal });
    return true;
  } catch {
    return false;
  }
}

const FIRST_MS = 50;
const MOST_MS = 1_000;

/** The wait before the next attempt: doubling to a second, and up to half of it taken off, so that many do not ask at once. */
export function backoffMs(attempt: number): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return full * (1 - Math.random() / 2);
}
