// Waits for a condition with a generous limit, and says what it last saw when it never came.

import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 60_000;

/** The first value that `accept` takes. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  accept: (value: T) => boolean,
  limitMs = LIMIT_MS,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await ask();
    if (accept(value)) return value;
    if (performance.now() > end)
      throw new Error(`waited in vain until ${what}; last seen: ${JSON.stringify(value)}`);
    await delay(50);
  }
}
