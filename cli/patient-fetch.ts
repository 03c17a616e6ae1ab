// A request that waits while the controller says "later": a restart of Postgres in the middle must not end an apply half-way.
// Only an answer that promises that nothing was done is asked for again.

import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const LATER: ReadonlySet<number> = new Set([429, 503]);

export async function patientFetch(url: URL, init: RequestInit): Promise<Response> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const response = await fetch(url, init);
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const later = LATER.has(response.status) && seconds >= 0;
    if (!later || performance.now() + seconds * 1000 > end) return response;
    await response.body?.cancel();
    await delay(seconds * 1000);
  }
}
