// The watches of all kinds of one cluster. Promise: a kind that cannot be watched is named, with what to do, and the others go
// on; who is about to act is told which kinds it knows as they are now.

import type { Log } from '../../../config/log.ts';
import { seldom } from '../../../config/seldom.ts';
import type { Kind } from '../../../crds/kind.ts';
import { kinds } from '../../../crds/kinds.ts';
import type { KubernetesApi } from '../api/client.ts';
import { ApiError } from '../api/errors.ts';
import { collectionPath } from '../api/resource.ts';
import type { WatchAges } from '../metrics.ts';
import type { ResourceCache } from './cache.ts';
import { followCollection, type ListWatch, type Pace } from './list-watch.ts';

export interface KindWatches {
  readonly ages: WatchAges;
  /** Whether the kind was listed since `relist` was called last. */
  isFresh(kind: Kind): boolean;
  /** Lists every kind anew. */
  relist(): void;
  stop(): Promise<void>;
}

export function watchKinds(
  api: KubernetesApi,
  cache: ResourceCache,
  log: Log,
  pace: Pace | undefined,
): KindWatches {
  const fresh = new Set<Kind>();
  const watch = (kind: Kind): ListWatch => {
    let hint: string | undefined;
    const warn = seldom((error, unsaid) =>
      log.warn({ kind: kind.name, error, unsaid, hint }, 'a kind cannot be watched; it is tried again'),
    );
    const follower = cache.follower(kind, (error) => {
      hint = hintFor(kind, error);
      warn(error);
    });
    return followCollection(
      api,
      collectionPath(kind),
      {
        ...follower,
        replaced: (resources) => {
          fresh.add(kind);
          follower.replaced(resources);
        },
      },
      pace,
    );
  };
  const watches = new Map(kinds.map((kind) => [kind, watch(kind)]));
  return {
    ages: () => [...watches].map(([kind, each]) => [kind.name, each.sinceHealthyMs()]),
    isFresh: (kind) => fresh.has(kind),
    relist: () => {
      fresh.clear();
      for (const each of watches.values()) each.relist();
    },
    stop: async () => {
      await Promise.all([...watches.values()].map((each) => each.stop()));
    },
  };
}

function hintFor(kind: Kind, error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === 403) return `give the controller the verbs list and watch on ${kind.plural}`;
  return error.status === 404 ? `install the CustomResourceDefinition of ${kind.name}` : undefined;
}
