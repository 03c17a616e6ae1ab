// A client of the API server, and watches that tell when everything is Ready.

import { z } from 'zod';
import { type KubernetesApi, kubernetesApi } from '../../controller/kubernetes/api/client.ts';
import { openConnection } from '../../controller/kubernetes/api/connection.ts';
import { type CustomResource, collectionPath } from '../../controller/kubernetes/api/resource.ts';
import { followCollection } from '../../controller/kubernetes/watch/list-watch.ts';
import { kindNamed } from '../../crds/kinds.ts';
import { NAMESPACE, type Stand } from '../../test/e2e/kubernetes/stand.ts';

export interface BenchClient {
  readonly api: KubernetesApi;
  create(kind: string, manifest: object, namespace?: string): Promise<void>;
  /** Resolves when so many resources of the kinds are Ready at their generation. */
  untilReady(kinds: readonly string[], count: number): Promise<void>;
  close(): Promise<void>;
}

const status = z.object({
  conditions: z.array(z.object({ type: z.string(), status: z.string(), observedGeneration: z.int() })),
});

function isReady({ metadata, status: said }: CustomResource): boolean {
  const conditions = status.safeParse(said).data?.conditions ?? [];
  return conditions.some(
    (one) => one.type === 'Ready' && one.status === 'True' && one.observedGeneration === metadata.generation,
  );
}

function pathOf(kind: string, namespace = NAMESPACE): string {
  const known = kindNamed(kind);
  if (known === undefined) throw new Error(`there is no kind ${kind}`);
  return collectionPath(known, namespace);
}

export function openClient({ kubernetes }: Stand): BenchClient {
  const api = kubernetesApi(openConnection({ kubeconfig: kubernetes.apiServer.kubeconfig }));
  return {
    api,
    create: async (kind, manifest, namespace) => {
      await api.call(z.unknown(), { method: 'POST', path: pathOf(kind, namespace), body: manifest });
    },
    untilReady: async (kinds, count) => {
      const ready = new Set<string>();
      const done = Promise.withResolvers<void>();
      const look = (resource: CustomResource): void => {
        if (isReady(resource)) ready.add(resource.metadata.uid);
        if (ready.size >= count) done.resolve();
      };
      const watches = kinds.map((kind) =>
        followCollection(api, pathOf(kind), {
          replaced: (resources) => resources.forEach(look),
          changed: look,
          removed: () => {},
          failed: () => {},
        }),
      );
      await done.promise;
      await Promise.all(watches.map((watch) => watch.stop()));
    },
    close: () => api.close(),
  };
}
