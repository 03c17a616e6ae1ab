// The work queue: one row for each object that is due. A row is taken under a lease with a fence, and its outcome is
// written only while that fence still holds, so a worker that was frozen and woke up can change nothing.

import { z } from 'zod';
import type { Database, Queryable, Transaction } from './database.ts';

export const LEASE_MS = 15_000;

/** Lower goes first. */
export const priority = { change: 0, sweep: 10 } as const;

export interface WorkItem {
  readonly uid: string;
  readonly fence: number;
  readonly attempts: number;
  readonly requests: number;
  /** By the monotonic clock of this process; renewing moves it. */
  readonly lease: { until: number };
}

/** The lease was lost: somebody else has the object now, and nothing of this pass may be written. */
export class LostLeaseError extends Error {
  constructor(uid: string, fence: number) {
    super(`the lease of object ${uid} with fence ${fence} is lost`);
    this.name = 'LostLeaseError';
  }
}

/** Makes changed objects due now. One that is being worked on will be worked on again afterwards. */
export async function requestWork(tx: Transaction, ...uids: readonly string[]): Promise<void> {
  if (uids.length === 0) return;
  await tx.run(
    `INSERT INTO work (object_uid, due_at, priority) SELECT uid, now(), $2 FROM unnest($1::uuid[]) AS uid ORDER BY uid
     ON CONFLICT (object_uid) DO UPDATE SET due_at = least(work.due_at, now()), priority = $2, attempts = 0,
       requests = work.requests + 1`,
    [uids, priority.change],
  );
  tx.announce('work');
}

/** Makes an object due that a sweep found to differ; one that waits already keeps its backoff. */
export async function requestSweepWork(db: Database, uids: readonly string[]): Promise<void> {
  await db.transaction(async (tx) => {
    const added = await tx.run(
      `INSERT INTO work (object_uid, due_at, priority) SELECT uid, now(), $2 FROM unnest($1::uuid[]) AS uid
       ON CONFLICT (object_uid) DO NOTHING`,
      [uids, priority.sweep],
    );
    if (added > 0) tx.announce('work');
  });
}

const itemRow = z
  .object({ object_uid: z.string(), fence: z.int(), attempts: z.int(), requests: z.int() })
  .transform(({ object_uid: uid, ...rest }) => ({ uid, ...rest }));

/** Leases up to `most` due objects, the most urgent first. */
export async function takeWork(db: Queryable, holder: string, most: number): Promise<WorkItem[]> {
  // Counted from before the question, so that this process never believes longer than the database does.
  const until = performance.now() + LEASE_MS;
  const taken = await db.rows(
    itemRow,
    `UPDATE work SET lease_owner = $1, lease_until = now() + $2 * interval '1 millisecond', fence = nextval('fences')
     WHERE object_uid IN (
       SELECT object_uid FROM work WHERE due_at <= now() AND (lease_until IS NULL OR lease_until < now())
       ORDER BY priority, due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING object_uid, fence, attempts, requests`,
    [holder, LEASE_MS, most],
  );
  return taken.map((item) => ({ ...item, lease: { until } }));
}

/** Milliseconds until the next object may be taken; undefined when there is none. */
export async function nextDue(db: Queryable): Promise<number | undefined> {
  const [next] = await db.rows(
    z.object({ wait: z.number().nullable() }),
    `SELECT (extract(epoch FROM min(greatest(due_at, coalesce(lease_until, due_at))) - now()) * 1000)::float8 AS wait FROM work`,
  );
  return next?.wait === null || next === undefined ? undefined : Math.max(0, next.wait);
}

/** Extends leases and returns the uids that are still held. */
export async function renewWork(db: Queryable, items: readonly WorkItem[]): Promise<Set<string>> {
  const until = performance.now() + LEASE_MS;
  const rows = await db.rows(
    z.object({ object_uid: z.string() }),
    `UPDATE work SET lease_until = now() + $3 * interval '1 millisecond'
     FROM unnest($1::uuid[], $2::bigint[]) AS mine (uid, fence)
     WHERE work.object_uid = mine.uid AND work.fence = mine.fence RETURNING object_uid`,
    [items.map((item) => item.uid), items.map((item) => item.fence), LEASE_MS],
  );
  const held = new Set(rows.map((row) => row.object_uid));
  for (const { uid, lease } of items) if (held.has(uid)) lease.until = until;
  return held;
}

/**
 * Throws LostLeaseError when the lease has run out by this process' own clock. Asked right before an effect outside Postgres,
 * where no transaction can hold the lease: an answer of the database could have waited while the process was frozen.
 */
export function assertNotExpired({ uid, fence, lease }: WorkItem): void {
  if (performance.now() >= lease.until) throw new LostLeaseError(uid, fence);
}

/** By uid: the generation of each object that is locked. */
export type Locked = ReadonlyMap<string, number>;

const lockedRow = z.object({ uid: z.string(), generation: z.int() });

/**
 * Locks objects before their work, as every write does it, so that neither waits for the other. Returns those that nobody
 * else holds: who waited for several could be waited for.
 */
export async function lockFree(tx: Transaction, uids: readonly string[]): Promise<Locked> {
  const locked = await tx.rows(
    lockedRow,
    'SELECT uid, generation FROM objects WHERE uid = ANY ($1::uuid[]) FOR NO KEY UPDATE SKIP LOCKED',
    [uids],
  );
  return new Map(locked.map(({ uid, generation }) => [uid, generation]));
}

/** As `lockFree` for one object, and waits for it. */
export async function lockObject(tx: Transaction, uid: string): Promise<Locked> {
  const locked = await tx.rows(
    lockedRow,
    'SELECT uid, generation FROM objects WHERE uid = $1 FOR NO KEY UPDATE',
    [uid],
  );
  return new Map(locked.map(({ generation }) => [uid, generation]));
}

/** The uids whose lease holds; it is kept until the transaction ends. */
export async function heldLeases(tx: Transaction, items: readonly WorkItem[]): Promise<Set<string>> {
  const uids = items.map((item) => item.uid);
  const held = await tx.rows(
    z.object({ object_uid: z.string() }),
    `SELECT object_uid FROM work JOIN unnest($1::uuid[], $2::bigint[]) AS mine (uid, fence) ON object_uid = mine.uid
     WHERE work.fence = mine.fence AND lease_until > clock_timestamp() ORDER BY object_uid FOR UPDATE OF work`,
    [uids, items.map((item) => item.fence)],
  );
  return new Set(held.map((row) => row.object_uid));
}

/** Gives leases back, where they still hold, so that nobody has to wait until they run out; each is due after its wait. */
export async function yieldWork(
  db: Queryable,
  items: readonly WorkItem[],
  waitMs: (item: WorkItem) => number,
): Promise<void> {
  await db.run(
    `UPDATE work SET lease_owner = NULL, lease_until = NULL, attempts = work.attempts + 1,
       due_at = greatest(due_at, now() + mine.wait * interval '1 millisecond')
     FROM unnest($1::uuid[], $2::bigint[], $3::float8[]) AS mine (uid, fence, wait)
     WHERE work.object_uid = mine.uid AND work.fence = mine.fence`,
    [items.map((item) => item.uid), items.map((item) => item.fence), items.map(waitMs)],
  );
}

/** Checks, and until the transaction ends holds, the lease, the object locked before it. Throws LostLeaseError. */
export async function assertLease(tx: Transaction, item: WorkItem): Promise<Locked> {
  const locked = await lockObject(tx, item.uid);
  const held = await heldLeases(tx, [item]);
  if (!held.has(item.uid)) throw new LostLeaseError(item.uid, item.fence);
  return locked;
}

/** How a pass left its work: ended, or due again after a while. */
export interface WorkEnd {
  readonly item: WorkItem;
  readonly again?: { readonly afterMs: number; readonly attempts: number };
}

/** Ends passes. What somebody asked for meanwhile is due again at once, whatever the pass says. */
export async function endWork(tx: Transaction, ends: readonly WorkEnd[]): Promise<void> {
  const columns = (list: readonly WorkItem[]) => [
    list.map((item) => item.uid),
    list.map((item) => item.fence),
    list.map((item) => item.requests),
  ];
  const finished = ends.filter((end) => end.again === undefined).map((end) => end.item);
  const deleted = await (finished.length === 0
    ? []
    : tx.rows(
        z.object({ object_uid: z.string() }),
        `DELETE FROM work USING unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS mine (uid, fence, requests)
         WHERE object_uid = mine.uid AND work.fence = mine.fence AND work.requests = mine.requests RETURNING object_uid`,
        columns(finished),
      ));
  const gone = new Set(deleted.map((row) => row.object_uid));
  const left = ends.filter(({ item }) => !gone.has(item.uid));
  if (left.length === 0) return;
  await tx.run(
    `UPDATE work SET lease_owner = NULL, lease_until = NULL,
       attempts = CASE WHEN work.requests = mine.requests THEN mine.attempts ELSE 0 END,
       due_at = CASE WHEN work.requests = mine.requests THEN now() + mine.after_ms * interval '1 millisecond' ELSE now() END
     FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::float8[], $5::int[]) AS mine (uid, fence, requests, after_ms, attempts)
     WHERE object_uid = mine.uid AND work.fence = mine.fence`,
    [
      ...columns(left.map(({ item }) => item)),
      left.map(({ again }) => again?.afterMs ?? 0),
      left.map(({ again }) => again?.attempts ?? 0),
    ],
  );
  tx.announce('work');
}

/** How much work there is, for metrics. */
export async function workDepth(db: Queryable): Promise<{ due: number; leased: number; waiting: number }> {
  const [depth] = await db.rows(
    z.object({ due: z.int(), leased: z.int(), waiting: z.int() }),
    `SELECT count(*) FILTER (WHERE due_at <= now() AND (lease_until IS NULL OR lease_until < now())) AS due,
       count(*) FILTER (WHERE lease_until >= now()) AS leased,
       count(*) FILTER (WHERE due_at > now()) AS waiting FROM work`,
  );
  return depth ?? { due: 0, leased: 0, waiting: 0 };
}
