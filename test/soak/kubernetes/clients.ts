// The load through Kubernetes: clients that each apply, change and delete custom resources of their own, as kubectl would.
// Promise: a write counts when the API server has acknowledged it; the last one of every resource is known in the end.

import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { API_VERSION } from '../../../crds/api.ts';
import { type KubernetesAnswer, type KubernetesApi, refusalOf } from '../../support/kubernetes-api.ts';
import { type Declared, foundation, mixedObject } from '../../support/load/mixed.ts';
import type { Random } from '../../support/load/random.ts';
import { kindOf, pathOf } from './resources.ts';

/** What was declared last, or that it was deleted. */
export type Wanted =
  | { readonly spec: unknown; readonly labels: Readonly<Record<string, string>> }
  | 'deleted';

export interface Clients {
  readonly ended: Promise<void>;
  /** By the path of the resource. */
  readonly wanted: ReadonlyMap<string, Wanted>;
  writes(): number;
  /** Refusals that no client should get. */
  readonly failures: readonly string[];
}

const CLIENTS = 4;
const SLOTS = 30;
const DELETED = 0.25;
const PAUSE_MS = 200;

const stored = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.record(z.string(), z.unknown()),
});

/** The API server's own 404 about a resource; while it starts it has others. */
const missing = z.object({ reason: z.literal('NotFound'), details: z.object({ name: z.string() }) });
const isMissing = ({ status, body }: KubernetesAnswer): boolean =>
  status === 404 && missing.safeParse(body).success;

export async function startClients(
  api: KubernetesApi,
  random: Random,
  namespaces: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<Clients> {
  const wanted = new Map<string, Wanted>();
  const failures: string[] = [];
  let writes = 0;

  /** Again until it is answered; what is refused is a failure and is not repeated. */
  const send = async (method: string, path: string, body?: object): Promise<KubernetesAnswer> => {
    for (;;) {
      const query = method === 'PATCH' ? '?fieldManager=soak&force=true' : '';
      const answer = await api
        .send(method, `${path}${query}`, body, 'application/apply-patch+yaml')
        .catch(() => undefined);
      const isAnswered = answer !== undefined && (answer.status < 400 || isMissing(answer));
      if (isAnswered) return answer;
      if (answer !== undefined && [400, 422].includes(answer.status)) {
        failures.push(`${method} ${path}: ${refusalOf(answer.body).message}`);
        return answer;
      }
      await delay(PAUSE_MS);
    }
  };
  const apply = async (namespace: string, declared: Declared, round: number): Promise<void> => {
    const { name, spec } = declared;
    const metadata = { name, namespace, labels: { round: String(round) } };
    const path = pathOf(namespace, declared);
    const body = { apiVersion: API_VERSION, kind: kindOf(declared).name, metadata, spec };
    const answer = await send('PATCH', path, body);
    if (answer.status >= 300) return;
    const told = stored.parse(answer.body);
    wanted.set(path, { spec: told.spec, labels: told.metadata.labels });
    writes += 1;
  };
  const remove = async (path: string): Promise<void> => {
    await send('DELETE', path);
    wanted.set(path, 'deleted');
    writes += 1;
  };
  const work = async (namespace: string, client: string, choices: Random): Promise<void> => {
    for (let round = 0; !signal.aborted; round++) {
      const declared = mixedObject(client, choices.below(SLOTS), choices);
      const path = pathOf(namespace, declared);
      const known = wanted.get(path);
      // What is on its way out cannot be declared again until it is gone; meanwhile there is other work.
      const isLeaving = known === 'deleted' && !isMissing(await send('GET', path));
      if (isLeaving) await delay(PAUSE_MS);
      else if (known !== undefined && known !== 'deleted' && choices.next() < DELETED) await remove(path);
      else await apply(namespace, declared, round);
      await delay(choices.between(20, 150));
    }
  };

  for (const namespace of namespaces) for (const declared of foundation) await apply(namespace, declared, 0);
  const loops = Array.from({ length: CLIENTS }, (_, index) =>
    work(namespaces[index % namespaces.length] ?? namespaces[0], `c${index}`, random.fork()),
  );
  const ended = Promise.all(loops).then(() => {});
  return { ended, wanted, writes: () => writes, failures };
}
