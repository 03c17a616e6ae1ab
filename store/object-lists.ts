// Lists of objects: what a subject may see, and what depends on an object.

import type { Selector } from '../crds/selector.ts';
import type { Queryable } from './database.ts';
import { COLUMNS, type ObjectKey, objectRow, type StoredObject } from './objects.ts';

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
