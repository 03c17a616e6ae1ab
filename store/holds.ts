// Holds of agents, in rows. Whether one is in force is decided by the clock of the database alone: a row that has expired and is
// still there holds nothing.

import DataLoader from 'dataloader';
import { z } from 'zod';
import { type Hold, type HoldMode, holdModeSchema, holdModes, strictestHold } from '../crds/hold.ts';
import type { Queryable, Transaction } from './database.ts';

const COLUMNS = 'object_uid, mode, actor, reason, created_at, expires_at';
const IN_FORCE = '(expires_at IS NULL OR expires_at > now())';

const holdRow = z
  .object({
    object_uid: z.string(),
    mode: holdModeSchema,
    actor: z.string(),
    reason: z.string(),
    created_at: z.date(),
    expires_at: z.date().nullable(),
  })
  .transform(({ object_uid: uid, mode, actor, reason, created_at, expires_at }) => ({
    uid,
    hold: {
      mode,
      actor,
      reason,
      createdAt: created_at.toISOString(),
      ...(expires_at !== null && { expiresAt: expires_at.toISOString() }),
    } satisfies Hold,
  }));

/** The holds of an agent that are in force, the mildest first. */
export async function holdsOf(db: Queryable, uid: string): Promise<Hold[]> {
  return (await inForce(db, [uid])).get(uid) ?? [];
}

/** Reads the strictest hold in force of an agent; what is asked for at the same moment is read with one query. */
export function holdObserver(db: Queryable): (uid: string) => Promise<Hold | undefined> {
  const holds = new DataLoader<string, Hold | undefined>(
    async (uids) => {
      const found = await inForce(db, uids);
      return uids.map((uid) => strictestHold(found.get(uid) ?? []));
    },
    { cache: false },
  );
  return (uid) => holds.load(uid);
}

async function inForce(db: Queryable, uids: readonly string[]): Promise<Map<string, Hold[]>> {
  const rows = await db.rows(
    holdRow,
    `SELECT ${COLUMNS} FROM agent_holds WHERE object_uid = ANY ($1::uuid[]) AND ${IN_FORCE}`,
    [uids],
  );
  const byUid = Map.groupBy(rows, ({ uid }) => uid);
  const ordered = (holds: readonly Hold[]) =>
    holdModes.flatMap((mode) => holds.filter((hold) => hold.mode === mode));
  return new Map([...byUid].map(([uid, found]) => [uid, ordered(found.map(({ hold }) => hold))]));
}

export interface NewHold {
  readonly mode: HoldMode;
  readonly actor: string;
  readonly reason: string;
  readonly expiresAt: Date | undefined;
}

/** Writes the hold. One that is in force keeps the time at which it was placed. */
export async function putHold(tx: Transaction, uid: string, hold: NewHold): Promise<Hold> {
  const [put] = await tx.rows(
    holdRow,
    `INSERT INTO agent_holds AS old (object_uid, mode, actor, reason, expires_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (object_uid, mode) DO UPDATE SET actor = excluded.actor, reason = excluded.reason, expires_at = excluded.expires_at,
       created_at = CASE WHEN old.expires_at <= now() THEN now() ELSE old.created_at END
     RETURNING ${COLUMNS}`,
    [uid, hold.mode, hold.actor, hold.reason, hold.expiresAt ?? null],
  );
  if (put === undefined) throw new Error(`the hold of object ${uid} was not written`);
  return put.hold;
}

/** Takes the hold away and returns it; undefined when none was in force. */
export async function dropHold(tx: Transaction, uid: string, mode: HoldMode): Promise<Hold | undefined> {
  const [dropped] = await tx.rows(
    holdRow,
    `DELETE FROM agent_holds WHERE object_uid = $1 AND mode = $2 AND ${IN_FORCE} RETURNING ${COLUMNS}`,
    [uid, mode],
  );
  return dropped?.hold;
}

/**
 * Takes up to `most` expired holds away. Their agents are locked first, as in every write; one that somebody else holds is left for
 * the next time.
 */
export async function dropExpiredHolds(
  tx: Transaction,
  most: number,
): Promise<{ uid: string; hold: Hold }[]> {
  return await tx.rows(
    holdRow,
    `WITH free AS (
       SELECT uid FROM objects WHERE uid IN (SELECT object_uid FROM agent_holds WHERE expires_at <= now() LIMIT $1)
       FOR NO KEY UPDATE SKIP LOCKED)
     DELETE FROM agent_holds WHERE object_uid IN (SELECT uid FROM free) AND expires_at <= now() RETURNING ${COLUMNS}`,
    [most],
  );
}

/** Milliseconds until the next hold expires, 0 when one has; undefined when none will. */
export async function nextExpiry(db: Queryable): Promise<number | undefined> {
  const [next] = await db.rows(
    z.object({ wait: z.number().nullable() }),
    'SELECT (extract(epoch FROM min(expires_at) - now()) * 1000)::float8 AS wait FROM agent_holds WHERE expires_at IS NOT NULL',
  );
  return next?.wait === null || next === undefined ? undefined : Math.max(0, next.wait);
}
