// The objects table, read. Every read of an object goes through here.

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
import type { Selector } from '../crds/selector.ts';
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

/** Who reads. Until roles decide more finely, a subject sees the orgs that its credential names. */
export interface ReadSubject {
  readonly orgs: readonly string[] | 'all';
}

export interface ListPredicate {
  readonly kind: string;
  readonly org?: string;
  /** Only names behind this one (with the org, for cluster-wide lists), for paging. */
  readonly after?: { readonly org: string; readonly name: string };
  /** Only these names. */
  readonly names?: readonly string[];
  /** Only objects whose labels satisfy every requirement. */
  readonly selector?: Selector;
  readonly limit: number;
}

/** What `objectRow` parses. */
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

/** Lists objects that the subject may see, ordered by org and name. */
export async function listObjects(
  db: Queryable,
  subject: ReadSubject,
  predicate: ListPredicate,
): Promise<StoredObject[]> {
  return await db.rows(
    objectRow,
    `SELECT ${COLUMNS} FROM objects
     WHERE kind = $1
       AND ($2::text IS NULL OR org = $2)
       AND ($3::text[] IS NULL OR org = ANY ($3))
       AND (org, name) > ($4, $5)
       AND ($7::text[] IS NULL OR name = ANY ($7))
       AND NOT EXISTS (
         SELECT FROM jsonb_to_recordset($8::jsonb) AS required (key text, "is" text, "values" jsonb)
         WHERE NOT CASE required."is"
           WHEN 'in' THEN coalesce(required."values" ? (labels ->> required.key), false)
           WHEN 'notin' THEN NOT coalesce(required."values" ? (labels ->> required.key), false)
           WHEN 'exists' THEN labels ? required.key
           WHEN 'absent' THEN NOT labels ? required.key
         END)
     ORDER BY org, name LIMIT $6`,
    [
      predicate.kind,
      predicate.org ?? null,
      subject.orgs === 'all' ? null : subject.orgs,
      predicate.after?.org ?? '',
      predicate.after?.name ?? '',
      predicate.limit,
      predicate.names ?? null,
      JSON.stringify(predicate.selector ?? []),
    ],
  );
}

/** Objects whose references name this key; for an org, also everything that lives in it. At most `most`. */
export async function dependentsOf(
  db: Queryable,
  key: ObjectKey,
  most: number = Number.MAX_SAFE_INTEGER,
): Promise<StoredObject[]> {
  if (key.kind === 'Org')
    return await db.rows(
      objectRow,
      `SELECT ${COLUMNS} FROM objects WHERE org = $1 AND kind <> 'Org' ORDER BY kind, name LIMIT $2`,
      [key.name, most],
    );
  return await db.rows(
    objectRow,
    `SELECT ${COLUMNS} FROM objects WHERE uid IN (
       SELECT uid FROM object_references WHERE target_kind = $1 AND target_org = $2 AND target_name = $3)
     ORDER BY kind, name LIMIT $4`,
    [key.kind, key.org, key.name, most],
  );
}
