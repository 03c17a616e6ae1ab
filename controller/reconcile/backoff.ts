// How long to wait after a failure: doubling from half a second to a minute, with jitter so that what failed together does
// not come back together. It never gives up.

const FIRST_MS = 500;
const MOST_MS = 60_000;

/** `attempts` is how many passes have failed in a row before this one. */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempts, 16));
  return Math.round(ceiling * (0.5 + random() / 2));
}
