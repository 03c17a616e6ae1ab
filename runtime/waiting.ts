// Waiting that can be given up. Promises never to outlast its signal. Must never cancel what it waits for: that goes on,
// and its outcome is dropped.

import { setTimeout as delay } from 'node:timers/promises';

/** Ends early, without an error, when the signal fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}

/** The answer, or an error when it has not come in time or the signal has fired. */
export async function answerWithin<T>(ms: number, signal: AbortSignal, answer: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const limit = pause(ms, AbortSignal.any([signal, settled.signal])).then(() => {
    throw new Error(`Temporal did not answer within ${ms} ms.`);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    settled.abort();
  }
}
