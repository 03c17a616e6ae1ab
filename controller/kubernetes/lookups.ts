// What every look at a resource asks of the store. Those that are asked at the same moment share a query; nothing is remembered.

import DataLoader from 'dataloader';
import {
  type ClusterRequest,
  objectsOfResources,
  orgsOfNamespaces,
  type Requester,
  requestersOf,
} from '../../store/cluster-objects.ts';
import type { Queryable } from '../../store/database.ts';
import type { StoredObject } from '../../store/objects.ts';

export interface Lookups {
  /** Names of the orgs that list a namespace. */
  orgs(namespace: string): Promise<readonly string[]>;
  /** The object that the resource with this uid stands for. */
  object(resourceUid: string): Promise<StoredObject | undefined>;
  /** Who the webhook says has asked for it. */
  requester(request: Omit<ClusterRequest, 'cluster'>): Promise<Requester | undefined>;
}

export function lookups(db: Queryable, cluster: string): Lookups {
  const orgs = new DataLoader((namespaces: readonly string[]) => orgsOfNamespaces(db, cluster, namespaces), {
    cache: false,
  });
  const objects = new DataLoader(
    async (uids: readonly string[]) => {
      const found = await objectsOfResources(db, cluster, uids);
      const byUid = new Map(found.map((object) => [object.owner.ref, object]));
      return uids.map((uid) => byUid.get(uid));
    },
    { cache: false },
  );
  const requesters = new DataLoader((requests: readonly ClusterRequest[]) => requestersOf(db, requests), {
    cache: false,
  });
  return {
    orgs: (namespace) => orgs.load(namespace),
    object: (uid) => objects.load(uid),
    requester: (request) => requesters.load({ cluster, ...request }),
  };
}
