// The objects table. Every read goes through here; writes happen in the caller's transaction, beside the event and the
// work that belong to them.

import { v7 as uuidv7 } from 'uuid';
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
import { referencesOf } from '../crds/references.ts';
import type { ValidManifest } from '../crds/validate.ts';
import type { Queryable, Transaction } from './database.ts';

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
  readonly limit: number;
}

const COLUMNS = `uid, kind, org, name, owner_manager, owner_instance, owner_ref, labels, annotations, spec, generation,
  resource_version, status, idempotency_key, created_at, deletion_timestamp`;

const row = z
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
    row,
    `SELECT ${COLUMNS} FROM objects WHERE kind = $1 AND org = $2 AND name = $3 ${lockClause(lock)}`,
    [key.kind, key.org, key.name],
  );
  return found;
}

export async function objectByUid(
  db: Queryable,
  uid: string,
  lock?: RowLock,
): Promise<StoredObject | undefined> {
  const [found] = await db.rows(row, `SELECT ${COLUMNS} FROM objects WHERE uid = $1 ${lockClause(lock)}`, [
    uid,
  ]);
  return found;
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
    row,
    `SELECT ${COLUMNS} FROM objects
     WHERE kind = $1
       AND ($2::text IS NULL OR org = $2)
       AND ($3::text[] IS NULL OR org = ANY ($3))
       AND (org, name) > ($4, $5)
     ORDER BY org, name LIMIT $6`,
    [
      predicate.kind,
      predicate.org ?? null,
      subject.orgs === 'all' ? null : subject.orgs,
      predicate.after?.org ?? '',
      predicate.after?.name ?? '',
      predicate.limit,
    ],
  );
}

/** Objects whose references name this key; for an org, also everything that lives in it. */
export async function dependentsOf(db: Queryable, key: ObjectKey): Promise<StoredObject[]> {
  const columns = COLUMNS.replaceAll(/\b(\w+)\b/g, 'o.$1');
  if (key.kind === 'Org')
    return await db.rows(
      row,
      `SELECT ${columns} FROM objects o WHERE o.org = $1 AND o.kind <> 'Org' ORDER BY kind, name`,
      [key.name],
    );
  return await db.rows(
    row,
    `SELECT DISTINCT ${columns} FROM objects o JOIN object_references r USING (uid)
     WHERE r.target_kind = $1 AND r.target_org = $2 AND r.target_name = $3 ORDER BY o.kind, o.name`,
    [key.kind, key.org, key.name],
  );
}

export interface NewObject {
  readonly manifest: ValidManifest;
  readonly owner: Owner;
  readonly idempotencyKey: string | undefined;
}

/** Inserts an object; undefined when another with its key exists. */
export async function insertObject(tx: Transaction, object: NewObject): Promise<StoredObject | undefined> {
  const { manifest, owner } = object;
  const status: Status = { observedGeneration: 0, conditions: [], externalIds: {} };
  const [inserted] = await tx.rows(
    row,
    `INSERT INTO objects (uid, kind, org, name, owner_manager, owner_instance, owner_ref, labels, annotations, spec,
       definition_version, status, idempotency_key)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     ON CONFLICT (kind, org, name) DO NOTHING RETURNING ${COLUMNS}`,
    [
      uuidv7(),
      manifest.kind.name,
      manifest.org,
      manifest.name,
      owner.manager,
      owner.instance,
      owner.ref,
      manifest.labels,
      manifest.annotations,
      manifest.spec,
      manifest.kind.definitionVersion,
      status,
      object.idempotencyKey ?? null,
    ],
  );
  if (inserted !== undefined) await writeReferences(tx, inserted);
  return inserted;
}

/** Replaces what is declared; the generation grows only when the spec changed. */
export async function replaceDeclared(
  tx: Transaction,
  object: StoredObject,
  manifest: ValidManifest,
  specChanged: boolean,
): Promise<StoredObject> {
  const [updated] = await tx.rows(
    row,
    `UPDATE objects SET labels = $2, annotations = $3, spec = $4, definition_version = $5,
       generation = generation + $6, resource_version = nextval('resource_versions')
     WHERE uid = $1 RETURNING ${COLUMNS}`,
    [
      object.uid,
      manifest.labels,
      manifest.annotations,
      manifest.spec,
      manifest.kind.definitionVersion,
      specChanged ? 1 : 0,
    ],
  );
  if (updated === undefined) throw new Error(`object ${object.uid} vanished while it was locked`);
  if (specChanged) await writeReferences(tx, updated);
  return updated;
}

export async function replaceOwner(
  tx: Transaction,
  uid: string,
  owner: Owner,
): Promise<StoredObject | undefined> {
  const [updated] = await tx.rows(
    row,
    `UPDATE objects SET owner_manager = $2, owner_instance = $3, owner_ref = $4,
       resource_version = nextval('resource_versions') WHERE uid = $1 RETURNING ${COLUMNS}`,
    [uid, owner.manager, owner.instance, owner.ref],
  );
  return updated;
}

export async function markDeleted(tx: Transaction, uid: string): Promise<StoredObject | undefined> {
  const [updated] = await tx.rows(
    row,
    `UPDATE objects SET deletion_timestamp = coalesce(deletion_timestamp, now()),
       resource_version = nextval('resource_versions') WHERE uid = $1 RETURNING ${COLUMNS}`,
    [uid],
  );
  return updated;
}

export async function writeStatus(tx: Transaction, uid: string, status: Status): Promise<void> {
  await tx.run('UPDATE objects SET status = $2 WHERE uid = $1', [uid, status]);
}

/** Takes the object out of the store, once nothing stands for it anywhere. */
export async function removeObject(tx: Transaction, uid: string): Promise<void> {
  await tx.run('DELETE FROM objects WHERE uid = $1', [uid]);
}

async function writeReferences(tx: Transaction, object: StoredObject): Promise<void> {
  await tx.run('DELETE FROM object_references WHERE uid = $1', [object.uid]);
  for (const reference of referencesOf(object.kind, object.spec))
    await tx.run(
      'INSERT INTO object_references (uid, pointer, target_kind, target_org, target_name) VALUES ($1, $2, $3, $4, $5)',
      [object.uid, reference.pointer, reference.kind, object.org, reference.name],
    );
}
