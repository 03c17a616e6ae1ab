// The objects table, read by key and by uid; lists are in object-lists.ts.

import DataLoader from 'dataloader';
import { z } from 'zod';
import {
  API_VERSION,
  type ApiObject,
  type Owner,
  ownerSchema,
  type Status,
  statusSchema,
} from '../crds/api.ts';
import type { Kind } from '../crds/kind.ts';
import { kindNamed } from '../crds/kinds.ts';
import type { Queryable } from './database.ts';

export interface StoredObject {
  readonly uid: string;
  readonly kind: Kind;
  readonly org: string;
  readonly name: string;
  readonly owner: Owner;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly spec: Record<string, unknown>;
  readonly generation: number;
  readonly resourceVersion: string;
  readonly status: Status;
  readonly idempotencyKey: string | null;
  readonly createdAt: Date;
  readonly deletionTimestamp: Date | null;
}

export interface ObjectKey {
  readonly kind: string;
  readonly org: string;
  readonly name: string;
}

export const COLUMNS = `uid, kind, org, name, owner_manager, owner_instance, owner_ref, labels, annotations, spec, generation,
  resource_version, status, idempotency_key, created_at, deletion_timestamp`;

export const objectRow = z
  .object({
    uid: z.string(),
    kind: z.string(),
    org: z.string(),
    name: z.string(),
    owner_manager: z.string(),
    owner_instance: z.string(),
    owner_ref: z.string(),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    spec: z.record(z.string(), z.unknown()),
    generation: z.int(),
    resource_version: z.int(),
    status: statusSchema,
    idempotency_key: z.string().nullable(),
    created_at: z.date(),
    deletion_timestamp: z.date().nullable(),
  })
  .transform((columns): StoredObject => {
    const kind = kindNamed(columns.kind);
    if (kind === undefined) throw new Error(`object ${columns.uid} has the unknown kind ${columns.kind}`);
    return {
      uid: columns.uid,
      kind,
      org: columns.org,
      name: columns.name,
      owner: ownerSchema.parse({
        manager: columns.owner_manager,
        instance: columns.owner_instance,
        ref: columns.owner_ref,
      }),
      labels: columns.labels,
      annotations: columns.annotations,
      spec: columns.spec,
      generation: columns.generation,
      resourceVersion: String(columns.resource_version),
      status: columns.status,
      idempotencyKey: columns.idempotency_key,
      createdAt: columns.created_at,
      deletionTimestamp: columns.deletion_timestamp,
    };
  });

/** The object in the form that the API returns. */
export function toApiObject(object: StoredObject): ApiObject {
  return {
    apiVersion: API_VERSION,
    kind: object.kind.name,
    metadata: {
      ...(object.kind.scope === 'org' && { org: object.org }),
      name: object.name,
      uid: object.uid,
      labels: object.labels,
      annotations: object.annotations,
      generation: object.generation,
      resourceVersion: object.resourceVersion,
      owner: object.owner,
      createdAt: object.createdAt.toISOString(),
      ...(object.deletionTimestamp && { deletionTimestamp: object.deletionTimestamp.toISOString() }),
    },
    spec: object.spec,
    status: object.status,
  };
}

/** `share` keeps the object from changing until the transaction ends; `update` claims it for a change. */
export type RowLock = 'share' | 'update';

export async function findObject(
  db: Queryable,
  key: ObjectKey,
  lock?: RowLock,
): Promise<StoredObject | undefined> {
  const [found] = await db.rows(
    objectRow,
    `SELECT ${COLUMNS} FROM objects WHERE kind = $1 AND org = $2 AND name = $3 ${lockClause(lock)}`,
    [key.kind, key.org, key.name],
  );
  return found;
}

/** The objects of these keys that exist. */
export async function findObjects(
  db: Queryable,
  keys: readonly ObjectKey[],
  lock?: RowLock,
): Promise<StoredObject[]> {
  return await db.rows(
    objectRow,
    `SELECT ${COLUMNS} FROM objects JOIN unnest($1::text[], $2::text[], $3::text[]) AS k (k_kind, k_org, k_name)
       ON kind = k_kind AND org = k_org AND name = k_name
     ORDER BY kind, org, name ${lock === undefined ? '' : `${lockClause(lock)} OF objects`}`,
    [keys.map((key) => key.kind), keys.map((key) => key.org), keys.map((key) => key.name)],
  );
}

/** Objects by uid; what is asked for at the same moment is read with one query, and nothing is remembered. */
export function objectLoader(db: Queryable): DataLoader<string, StoredObject | undefined> {
  return new DataLoader(
    async (uids) => {
      const byUid = new Map((await objectsByUid(db, uids)).map((object) => [object.uid, object]));
      return uids.map((uid) => byUid.get(uid));
    },
    { cache: false },
  );
}

export async function objectByUid(db: Queryable, uid: string): Promise<StoredObject | undefined> {
  const [found] = await objectsByUid(db, [uid]);
  return found;
}

export async function objectsByUid(db: Queryable, uids: readonly string[]): Promise<StoredObject[]> {
  return await db.rows(objectRow, `SELECT ${COLUMNS} FROM objects WHERE uid = ANY ($1::uuid[])`, [uids]);
}

function lockClause(lock: RowLock | undefined): string {
  return lock === undefined ? '' : lock === 'share' ? 'FOR SHARE' : 'FOR UPDATE';
}
