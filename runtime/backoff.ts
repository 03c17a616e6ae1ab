// How long to wait before a failed start is tried again. Must never be longer than a person would wait to see that it
// recovered, nor the same for many namespaces that failed together.

const firstMs = 250;
const longestMs = 2_000;

/** Grows from 125-250 ms to 1-2 s; `random` is in [0, 1). */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1));
  return Math.round((ceiling * (1 + random())) / 2);
}
