// Waits for a condition instead of for a time. Promises to name the condition when it was not met.

import { setTimeout as delay } from 'node:timers/promises';

const limitMs = 40_000;
const everyMs = 20;

export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${limitMs} ms in vain until ${what}.`);
    await delay(everyMs);
  }
}
