// What the parts of the source of one cluster share.

import type { Writing } from '../write.ts';
import type { KubernetesApi } from './api/client.ts';
import type { Lookups } from './lookups.ts';
import type { ResourceCache } from './watch/cache.ts';

export interface Cluster {
  /** The uid of its namespace kube-system, by which orgs name it. */
  readonly id: string;
  readonly api: KubernetesApi;
  readonly cache: ResourceCache;
  /** Whether this process plays the role now. */
  readonly isActing: () => boolean;
  readonly lookups: Lookups;
  /** Writes of what its resources declare; refused as soon as another process plays the role. */
  readonly writing: Writing;
}
