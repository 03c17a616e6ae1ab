// The role of the one process that acts on a cluster; the others watch along and wait. Promise: who has lost the role writes
// nothing more, neither to the cluster nor to the store, even when it slept in between.

import type { Database } from '../../store/database.ts';
import { heldCondition, type Lease } from '../../store/leases.ts';
import type { KubernetesApi } from './api/client.ts';

export class LostRoleError extends Error {
  constructor() {
    super('another process acts on the cluster now');
    this.name = 'LostRoleError';
  }
}

export const roleName = (cluster: string): string => `kubernetes/${cluster}`;

/** Writes to the server only while the role is held; reads always. */
export function fencedApi(api: KubernetesApi, lease: Lease): KubernetesApi {
  return {
    ...api,
    call: async (schema, call) => {
      if (call.method !== 'GET' && lease.fence() === undefined) throw new LostRoleError();
      return await api.call(schema, call);
    },
  };
}

/**
 * Every transaction that writes makes sure first that the role is held. One that began in time and slept ends by Postgres' limit
 * for those that stand still, or finds that the object has moved on.
 */
export function fencedDatabase(db: Database, lease: Lease, name: string): Database {
  return {
    ...db,
    transaction: async (body, options) => {
      if (options?.readOnly === true) return await db.transaction(body, options);
      const fence = lease.fence();
      if (fence === undefined) throw new LostRoleError();
      const condition = heldCondition(name, fence);
      return await db.transaction(body, {
        ...options,
        onlyIf: { condition, otherwise: () => new LostRoleError() },
      });
    },
  };
}
