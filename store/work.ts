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
}

/** The lease was lost: somebody else has the object now, and nothing of this pass may be written. */
export class LostLeaseError extends Error {
  constructor(uid: string, fence: number) {
    super(`the lease of object ${uid} with fence ${fence} is lost`);
    this.name = 'LostLeaseError';
  }
}

/** Makes a changed object due now. While it is being worked on, it will be worked on again afterwards. */
export async function requestWork(tx: Transaction, uid: string): Promise<void> {
  await tx.run(
    `INSERT INTO work (object_uid, due_at, priority) VALUES ($1, now(), $2)
     ON CONFLICT (object_uid) DO UPDATE SET due_at = least(work.due_at, now()), priority = $2, attempts = 0,
       requests = work.requests + 1`,
    [uid, priority.change],
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
  .transform(({ object_uid: uid, ...rest }): WorkItem => ({ uid, ...rest }));

/** Leases up to `most` due objects, the most urgent first. */
export async function takeWork(db: Queryable, holder: string, most: number): Promise<WorkItem[]> {
  return await db.rows(
    itemRow,
    `UPDATE work SET lease_owner = $1, lease_until = now() + $2 * interval '1 millisecond', fence = nextval('fences')
     WHERE object_uid IN (
       SELECT object_uid FROM work WHERE due_at <= now() AND (lease_until IS NULL OR lease_until < now())
       ORDER BY priority, due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING object_uid, fence, attempts, requests`,
    [holder, LEASE_MS, most],
  );
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
  const held = await db.rows(
    z.object({ object_uid: z.string() }),
    `UPDATE work SET lease_until = now() + $3 * interval '1 millisecond'
     FROM unnest($1::uuid[], $2::bigint[]) AS mine (uid, fence)
     WHERE work.object_uid = mine.uid AND work.fence = mine.fence RETURNING object_uid`,
    [items.map((item) => item.uid), items.map((item) => item.fence), LEASE_MS],
  );
  return new Set(held.map((row) => row.object_uid));
}

/** Checks, and until the transaction ends holds, the lease. Throws LostLeaseError. */
export async function assertLease(tx: Transaction, item: WorkItem): Promise<void> {
  const held = await tx.run(
    'SELECT FROM work WHERE object_uid = $1 AND fence = $2 AND lease_until > clock_timestamp() FOR UPDATE',
    [item.uid, item.fence],
  );
  if (held === 0) throw new LostLeaseError(item.uid, item.fence);
}

/** Ends a pass: nothing more to do, unless somebody asked again meanwhile. */
export async function completeWork(tx: Transaction, item: WorkItem): Promise<void> {
  const done = await tx.run('DELETE FROM work WHERE object_uid = $1 AND fence = $2 AND requests = $3', [
    item.uid,
    item.fence,
    item.requests,
  ]);
  if (done === 0) await releaseWork(tx, item, 0, 0);
}

/** Ends a pass: due again after a while, or at once when somebody asked meanwhile. */
export async function postponeWork(
  tx: Transaction,
  item: WorkItem,
  afterMs: number,
  attempts: number,
): Promise<void> {
  await releaseWork(tx, item, afterMs, attempts);
}

async function releaseWork(
  tx: Transaction,
  item: WorkItem,
  afterMs: number,
  attempts: number,
): Promise<void> {
  await tx.run(
    `UPDATE work SET lease_owner = NULL, lease_until = NULL,
       attempts = CASE WHEN requests = $3 THEN $5 ELSE 0 END,
       due_at = CASE WHEN requests = $3 THEN now() + $4 * interval '1 millisecond' ELSE now() END
     WHERE object_uid = $1 AND fence = $2`,
    [item.uid, item.fence, item.requests, afterMs, attempts],
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
