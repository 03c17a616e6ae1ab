// Reading chains: the list, and the links with their events in order, page by page.

import { z } from 'zod';
import type { AuditLink } from '../crds/audit.ts';
import type { Queryable } from '../store/database.ts';

export interface ChainSummary {
  readonly chain: string;
  /** Name of the org; `system` for the system chain. */
  readonly org: string;
  readonly length: number;
  /** Events that have no link yet. */
  readonly unsealed: number;
}

/** All chains, also those whose org is gone. */
export async function listChains(db: Queryable): Promise<ChainSummary[]> {
  return await db.rows(
    z.object({ chain: z.string(), org: z.string(), length: z.int(), unsealed: z.int() }),
    `SELECT e.chain,
       CASE e.chain WHEN 'system' THEN 'system' ELSE convert_from(first.bytes, 'UTF8')::jsonb ->> 'org' END AS org,
       e.length, e.unsealed
     FROM (SELECT e.chain, min(e.id) AS first_id, count(*) FILTER (WHERE p.event_id IS NULL) AS length, count(p.event_id) AS unsealed
           FROM audit_event e LEFT JOIN audit_pending p ON p.event_id = e.id GROUP BY e.chain) e
     JOIN audit_event first ON first.id = e.first_id
     ORDER BY e.chain = 'system' DESC, 2, e.chain`,
  );
}

const linkRow = z
  .object({
    chain: z.string(),
    seq: z.int(),
    prev_hash: z.instanceof(Buffer),
    hash: z.instanceof(Buffer),
    bytes: z.instanceof(Buffer),
  })
  .transform(
    (row): AuditLink => ({
      chain: row.chain,
      seq: row.seq,
      prevHash: row.prev_hash.toString('hex'),
      hash: row.hash.toString('hex'),
      event: row.bytes.toString('utf8'),
    }),
  );

/** Links of one chain behind `after`, in order. */
export async function readLinks(
  db: Queryable,
  chain: string,
  after: number,
  limit: number,
): Promise<AuditLink[]> {
  return await db.rows(
    linkRow,
    `SELECT l.chain, l.seq, l.prev_hash, l.hash, e.bytes FROM audit_link l JOIN audit_event e ON e.id = l.event_id
     WHERE l.chain = $1 AND l.seq > $2 ORDER BY l.seq LIMIT $3`,
    [chain, after, limit],
  );
}
