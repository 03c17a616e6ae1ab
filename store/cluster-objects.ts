// The objects that a Kubernetes cluster owns: found by the uid of their custom resource, and listed when their status has
// changed. Also which orgs a namespace belongs to, and who the webhook says has asked for a change.

import { z } from 'zod';
import type { Queryable } from './database.ts';
import { COLUMNS, objectRow, type StoredObject } from './objects.ts';

/** The objects that the custom resources with these uids stand for, whatever their names in the store. */
export async function objectsOfResources(
  db: Queryable,
  cluster: string,
  resourceUids: readonly string[],
): Promise<StoredObject[]> {
  return await db.rows(
    objectRow,
    `SELECT ${COLUMNS} FROM objects WHERE owner_manager = 'kubernetes' AND owner_instance = $1 AND owner_ref = ANY ($2)`,
    [cluster, resourceUids],
  );
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

/** For each namespace the names of the orgs that list it; more than one is a mistake of whoever declared them. */
export async function orgsOfNamespaces(
  db: Queryable,
  cluster: string,
  namespaces: readonly string[],
): Promise<string[][]> {
  const mappings = namespaces.map((namespace) => JSON.stringify([{ cluster, namespace }]));
  const rows = await db.rows(
    z.object({ orgs: z.array(z.string()) }),
    // One look into the index for each, whatever the planner thinks of the table.
    `SELECT ARRAY(SELECT org FROM objects WHERE kind = 'Org' AND spec -> 'namespaces' @> wanted.mapping ORDER BY org) AS orgs
     FROM unnest($1::jsonb[]) WITH ORDINALITY AS wanted (mapping, nr) ORDER BY nr`,
    [mappings],
  );
  return rows.map(({ orgs }) => orgs);
}

export interface ClusterRequest {
  readonly cluster: string;
  readonly uid: string;
  /** SHA-256 of what was declared, or `delete`. */
  readonly declared: string;
}

/** Who asked, as the webhook was told. */
export interface Requester {
  readonly username: string;
  /** Whether the API server that said so had shown who it is itself. */
  readonly authenticated: boolean;
}

export async function recordRequest(
  db: Queryable,
  request: ClusterRequest,
  requester: Requester,
): Promise<void> {
  await db.run(
    `INSERT INTO kubernetes_requests (cluster, uid, declared, username, authenticated) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (cluster, uid, declared) DO UPDATE SET username = excluded.username,
       authenticated = excluded.authenticated, requested_at = now()`,
    [request.cluster, request.uid, request.declared, requester.username, requester.authenticated],
  );
}

const requesterRow = z.object({ username: z.string().nullable(), authenticated: z.boolean().nullable() });

/** For each request who has made it, where the webhook was told. */
export async function requestersOf(
  db: Queryable,
  requests: readonly ClusterRequest[],
): Promise<(Requester | undefined)[]> {
  const rows = await db.rows(
    requesterRow,
    `SELECT r.username, r.authenticated
     FROM unnest($1::text[], $2::uuid[], $3::text[]) WITH ORDINALITY AS asked (cluster, uid, declared, nr)
       LEFT JOIN LATERAL (SELECT username, authenticated FROM kubernetes_requests
         WHERE cluster = asked.cluster AND uid = asked.uid AND declared = asked.declared LIMIT 1) AS r ON true
     ORDER BY nr`,
    [
      requests.map(({ cluster }) => cluster),
      requests.map(({ uid }) => uid),
      requests.map(({ declared }) => declared),
    ],
  );
  return rows.map(({ username, authenticated }) =>
    username === null || authenticated === null ? undefined : { username, authenticated },
  );
}

/** Forgets requests of more than a day ago. Their changes have long been taken. */
export async function forgetRequests(db: Queryable): Promise<void> {
  await db.run(`DELETE FROM kubernetes_requests WHERE requested_at < now() - interval '1 day'`);
}
