// Writes that the API server has served for our kinds and for events, by its own count.

import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesApi } from '../../test/support/kubernetes-api.ts';

const WRITES =
  /^apiserver_request_total\{(?=[^}]*verb="(?:POST|PUT|PATCH|APPLY|DELETE|DELETECOLLECTION)")(?=[^}]*(?:group="lattice\.dev"|resource="events"))[^}]*\} (\S+)$/gm;

/** Resolves when there was no write for a while, so that none of what was asked for is counted as idle. */
export async function untilQuiet(api: KubernetesApi): Promise<void> {
  for (let quiet = 0, last = -1; quiet < QUIET_LOOKS; ) {
    const now = await writesSoFar(api);
    quiet = now === last ? quiet + 1 : 0;
    last = now;
    await delay(LOOK_MS);
  }
}

const LOOK_MS = 1_000;
const QUIET_LOOKS = 10;

export async function writesSoFar(api: KubernetesApi): Promise<number> {
  const { body } = await api.send('GET', '/metrics');
  return [...String(body).matchAll(WRITES)].reduce((sum, [, count]) => sum + Number(count), 0);
}
