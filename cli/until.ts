// Waiting for a condition by asking, quickly at first and then once a second.

import { setTimeout as delay } from 'node:timers/promises';

const FIRST_MS = 50;
const MOST_MS = 1_000;

/** The first answer that is not undefined; undefined when there was none in time. */
export async function until<T>(timeoutMs: number, ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  for (let wait = FIRST_MS; ; wait = Math.min(wait * 2, MOST_MS)) {
    const answer = await ask();
    if (answer !== undefined || performance.now() >= end) return answer;
    await delay(wait);
  }
}
