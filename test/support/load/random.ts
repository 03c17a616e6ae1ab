// Random numbers that are the same for the same seed (mulberry32), so that a soak can be told apart from another and begun
// again. What real processes make of it still differs from run to run.

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** In [0, below). */
  below(limit: number): number;
  between(least: number, most: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** A stream of its own, which draws from this one do not disturb. */
  fork(): Random;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    between: (least, most) => least + below(most - least + 1),
    pick: (items) => items[below(items.length)] ?? items[0],
    fork: () => randomFrom(below(2 ** 32)),
  };
}
