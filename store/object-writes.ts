// The objects table, written: always in the caller's transaction, beside the event and the work that belong to the write.

import { v7 as uuidv7 } from 'uuid';
import type { Owner, Status } from '../crds/api.ts';
import type { Kind } from '../crds/kind.ts';
import { referencesOf } from '../crds/references.ts';
import type { ValidManifest } from '../crds/validate.ts';
import type { Transaction } from './database.ts';
import { COLUMNS, objectRow, type StoredObject } from './objects.ts';

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
    objectRow,
    `WITH new AS (
       INSERT INTO objects (uid, kind, org, name, owner_manager, owner_instance, owner_ref, labels, annotations, spec,
         definition_version, status, idempotency_key)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       ON CONFLICT (kind, org, name) DO NOTHING RETURNING ${COLUMNS}
     ), refs AS (
       ${INSERT_REFERENCES} FROM new, unnest($14::text[], $15::text[], $16::text[]) AS r (pointer, kind, name)
     )
     SELECT * FROM new`,
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
      ...referenceColumns(manifest.kind, manifest.spec),
    ],
  );
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
    objectRow,
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
  if (specChanged) await replaceReferences(tx, updated);
  return updated;
}

export async function replaceOwner(
  tx: Transaction,
  uid: string,
  owner: Owner,
): Promise<StoredObject | undefined> {
  const [updated] = await tx.rows(
    objectRow,
    `UPDATE objects SET owner_manager = $2, owner_instance = $3, owner_ref = $4,
       resource_version = nextval('resource_versions') WHERE uid = $1 RETURNING ${COLUMNS}`,
    [uid, owner.manager, owner.instance, owner.ref],
  );
  return updated;
}

export async function markDeleted(tx: Transaction, uid: string): Promise<StoredObject | undefined> {
  const [updated] = await tx.rows(
    objectRow,
    `UPDATE objects SET deletion_timestamp = coalesce(deletion_timestamp, now()),
       resource_version = nextval('resource_versions') WHERE uid = $1 RETURNING ${COLUMNS}`,
    [uid],
  );
  return updated;
}

export async function writeStatuses(tx: Transaction, statuses: ReadonlyMap<string, Status>): Promise<void> {
  if (statuses.size === 0) return;
  await tx.run(
    `UPDATE objects SET status = said.status FROM unnest($1::uuid[], $2::jsonb[]) AS said (uid, status)
     WHERE objects.uid = said.uid`,
    [[...statuses.keys()], [...statuses.values()].map((status) => JSON.stringify(status))],
  );
}

/** Takes objects out of the store, once nothing stands for them anywhere. Their idempotency keys stay behind as spent. */
export async function removeObjects(tx: Transaction, uids: readonly string[]): Promise<void> {
  if (uids.length === 0) return;
  await tx.run(
    `WITH gone AS (DELETE FROM objects WHERE uid = ANY ($1::uuid[]) RETURNING kind, org, name, idempotency_key),
       holds AS (DELETE FROM agent_holds WHERE object_uid = ANY ($1::uuid[]))
     INSERT INTO spent_keys (kind, org, name, key)
     SELECT kind, org, name, idempotency_key FROM gone WHERE idempotency_key IS NOT NULL`,
    [uids],
  );
}

const INSERT_REFERENCES = `INSERT INTO object_references (uid, pointer, target_kind, target_org, target_name)
       SELECT new.uid, r.pointer, r.kind, new.org, r.name`;

async function replaceReferences(tx: Transaction, object: StoredObject): Promise<void> {
  await tx.run('DELETE FROM object_references WHERE uid = $1', [object.uid]);
  await tx.run(
    `${INSERT_REFERENCES} FROM (SELECT $1::uuid AS uid, $2::text AS org) AS new,
       unnest($3::text[], $4::text[], $5::text[]) AS r (pointer, kind, name)`,
    [object.uid, object.org, ...referenceColumns(object.kind, object.spec)],
  );
}

function referenceColumns(kind: Kind, spec: unknown): string[][] {
  const references = referencesOf(kind, spec);
  return [
    references.map((each) => each.pointer),
    references.map((each) => each.kind),
    references.map((each) => each.name),
  ];
}
