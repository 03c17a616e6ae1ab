// Waiting awake for a moment, before sleeping.
// Promise: over within a fraction of a millisecond. Never: a wait that keeps a core busy while nothing is asked.

/** Waking a thread that sleeps on an idle core costs several times what a decision costs; this is about one decision long. */
const spinMs = 0.15;
const looksBetweenClocks = 64;

/** Whether the cell changed while it was looked at. */
export function spunUntilChanged(cells: Int32Array, cell: number, before: number): boolean {
  const end = performance.now() + spinMs;
  do {
    for (let look = 0; look < looksBetweenClocks; look++)
      if (Atomics.load(cells, cell) !== before) return true;
  } while (performance.now() < end);
  return false;
}
