// The objects that a Kubernetes cluster owns: found by the uid of their custom resource, and listed when their status has
// changed. Also which orgs a namespace belongs to, and who the webhook says has asked for a change.

import { z } from 'zod';
import type { Queryable } from './database.ts';
import { COLUMNS, objectRow, type StoredObject } from './objects.ts';

/** The object that the custom resource with this uid stands for, whatever its name in the store. */
export async function objectOfResource(
  db: Queryable,
  cluster: string,
  resourceUid: string,
): Promise<StoredObject | undefined> {
  const [found] = await db.rows(
    objectRow,
    `SELECT ${COLUMNS} FROM objects WHERE owner_manager = 'kubernetes' AND owner_instance = $1 AND owner_ref = $2`,
    [cluster, resourceUid],
  );
  return found;
}

/** From where to look on; opaque. The first look begins at `0` and sees everything. */
export type StatusPosition = string;

const changesRow = z.object({ next: z.string() });

/**
 * The cluster's objects whose status was written at or after `since`, and where the next look begins. An object may be
 * returned twice, never left out.
 */
export async function changedStatuses(
  db: Queryable,
  cluster: string,
  since: StatusPosition,
): Promise<{ readonly changed: StoredObject[]; readonly next: StatusPosition }> {
  // Asked first: what ends between the two questions is seen by this look and by the next.
  const [position] = await db.rows(
    changesRow,
    'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS next',
  );
  const changed = await db.rows(
    objectRow,
    `SELECT ${COLUMNS} FROM objects WHERE owner_manager = 'kubernetes' AND owner_instance = $1 AND status_xid >= $2::xid8`,
    [cluster, since],
  );
  return { changed, next: position?.next ?? since };
}

/** Of the given uids of objects, those that are in the store and the cluster's, each with its org. */
export async function stillStored(
  db: Queryable,
  uids: readonly string[],
  cluster: string,
): Promise<Map<string, string>> {
  const rows = await db.rows(
    z.object({ uid: z.string(), org: z.string() }),
    `SELECT uid, org FROM objects WHERE uid = ANY ($1::uuid[]) AND owner_manager = 'kubernetes' AND owner_instance = $2`,
    [uids, cluster],
  );
  return new Map(rows.map(({ uid, org }) => [uid, org]));
}

/** Of the given uids of objects, those that are to be worked on now, or are. */
export async function stillDue(db: Queryable, uids: readonly string[]): Promise<Set<string>> {
  const rows = await db.rows(
    z.object({ uid: z.string() }),
    `SELECT object_uid AS uid FROM work
     WHERE object_uid = ANY ($1::uuid[]) AND (due_at <= clock_timestamp() OR lease_until > clock_timestamp())`,
    [uids],
  );
  return new Set(rows.map(({ uid }) => uid));
}

/** Names of the orgs that list the namespace; more than one is a mistake of whoever declared them. */
export async function orgsOfNamespace(db: Queryable, cluster: string, namespace: string): Promise<string[]> {
  const rows = await db.rows(
    z.object({ org: z.string() }),
    `SELECT org FROM objects WHERE kind = 'Org' AND spec -> 'namespaces' @> $1::jsonb ORDER BY org`,
    [JSON.stringify([{ cluster, namespace }])],
  );
  return rows.map(({ org }) => org);
}

/** The orgs of every namespace of the cluster that one lists. */
export async function orgsOfNamespaces(db: Queryable, cluster: string): Promise<Map<string, string[]>> {
  const rows = await db.rows(
    z.object({ namespace: z.string(), orgs: z.array(z.string()) }),
    `SELECT listed ->> 'namespace' AS namespace, array_agg(DISTINCT org) AS orgs
     FROM objects, jsonb_array_elements(spec -> 'namespaces') AS listed
     WHERE kind = 'Org' AND spec -> 'namespaces' @> $1::jsonb AND listed ->> 'cluster' = $2 GROUP BY 1`,
    [JSON.stringify([{ cluster }]), cluster],
  );
  return new Map(rows.map(({ namespace, orgs }) => [namespace, orgs]));
}

export interface ClusterRequest {
  readonly cluster: string;
  readonly uid: string;
  /** SHA-256 of what was declared, or `delete`. */
  readonly declared: string;
}

export async function recordRequest(db: Queryable, request: ClusterRequest, username: string): Promise<void> {
  await db.run(
    `INSERT INTO kubernetes_requests (cluster, uid, declared, username) VALUES ($1, $2, $3, $4)
     ON CONFLICT (cluster, uid, declared) DO UPDATE SET username = excluded.username, requested_at = now()`,
    [request.cluster, request.uid, request.declared, username],
  );
}

export async function requesterOf(db: Queryable, request: ClusterRequest): Promise<string | undefined> {
  const [found] = await db.rows(
    z.object({ username: z.string() }),
    'SELECT username FROM kubernetes_requests WHERE cluster = $1 AND uid = $2 AND declared = $3',
    [request.cluster, request.uid, request.declared],
  );
  return found?.username;
}

/** Forgets requests of more than a day ago. Their changes have long been taken. */
export async function forgetRequests(db: Queryable): Promise<void> {
  await db.run(`DELETE FROM kubernetes_requests WHERE requested_at < now() - interval '1 day'`);
}
