// Custom resources as the soak writes and reads them.

import { z } from 'zod';
import { API_VERSION } from '../../../crds/api.ts';
import type { Kind } from '../../../crds/kind.ts';
import { kinds } from '../../../crds/kinds.ts';
import { eventually } from '../../support/eventually.ts';
import type { KubernetesApi } from '../../support/kubernetes-api.ts';
import type { Declared } from '../../support/load/mixed.ts';

const custom = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string(),
    generation: z.int(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.record(z.string(), z.unknown()),
  status: z
    .object({
      observedGeneration: z.int().optional(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }))
        .default([]),
    })
    .prefault({}),
});
export type Custom = z.infer<typeof custom> & { readonly kind: string; readonly path: string };

const list = z.object({ items: z.array(custom) });

export function kindOf({ collection }: Pick<Declared, 'collection'>): Kind {
  const kind = kinds.find(({ plural }) => plural === collection);
  if (kind === undefined) throw new Error(`there is no kind ${collection}`);
  return kind;
}

export function pathOf(namespace: string, { collection, name }: Declared): string {
  return `/apis/${API_VERSION}/namespaces/${namespace}/${collection}/${name}`;
}

/** Every custom resource of ours, as the API server has it now. */
export async function allCustom(api: KubernetesApi): Promise<Custom[]> {
  const found: Custom[] = [];
  for (const { name: kind, plural } of kinds) {
    // A server that has just begun to serve a kind, or that is busy, says so with 429.
    const { body } = await eventually(
      `the list of ${plural} answers`,
      () => api.send('GET', `/apis/${API_VERSION}/${plural}`),
      ({ status }) => status === 200,
    );
    for (const item of list.parse(body).items) {
      const { namespace, name } = item.metadata;
      const within = namespace === undefined ? '' : `/namespaces/${namespace}`;
      found.push({ ...item, kind, path: `/apis/${API_VERSION}${within}/${plural}/${name}` });
    }
  }
  return found;
}
