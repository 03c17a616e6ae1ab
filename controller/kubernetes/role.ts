// The role of the one process that acts on a cluster; the others watch along and wait. Promise: who has lost the role writes
// nothing more, neither to the cluster nor to the store, even when it slept in between.

import { z } from 'zod';
import type { Database } from '../../store/database.ts';
import type { Lease } from '../../store/leases.ts';
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

/** Every transaction that writes makes sure first that the role is still held, by the database's clock and until it ends. */
export function fencedDatabase(db: Database, lease: Lease, name: string): Database {
  return {
    ...db,
    transaction: async (body, options) =>
      await db.transaction(async (tx) => {
        if (options?.readOnly !== true) {
          const held = await tx.rows(
            z.object({ name: z.string() }),
            'SELECT name FROM leases WHERE name = $1 AND fence = $2 AND lease_until > clock_timestamp() FOR SHARE',
            [name, lease.fence() ?? 0],
          );
          if (held.length === 0) throw new LostRoleError();
        }
        return await body(tx);
      }, options),
  };
}
