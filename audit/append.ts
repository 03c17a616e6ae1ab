// Appends events, always in the transaction of what they tell about: either both happen or neither.

import { z } from 'zod';
import { type AuditEvent, auditEventSchema } from '../crds/audit.ts';
import type { Transaction } from '../store/database.ts';
import { canonicalJson, sealDiff } from './hash.ts';

export type NewEvent = Omit<AuditEvent, 'v' | 'time' | 'diffHash' | 'policy'> &
  Partial<Pick<AuditEvent, 'policy'>>;

/** A chain by its name, or that of an org, which is the system chain while there is no such org. */
export type Chain = string | { readonly org: string };

export interface Appending {
  readonly chain: Chain;
  readonly event: NewEvent;
  /** Holds values; it goes to the erasable side table. */
  readonly diff?: unknown;
}

/** Appends events in the order given and returns their ids. */
export async function appendEvents(tx: Transaction, appending: readonly Appending[]): Promise<number[]> {
  if (appending.length === 0) return [];
  const rows = appending.map(({ chain, event, diff }) => {
    const sealed = diff === undefined ? undefined : sealDiff(diff);
    const complete = auditEventSchema.parse({
      policy: null,
      ...event,
      v: 1,
      time: tx.now,
      diffHash: sealed?.hash ?? null,
    });
    return { chain, bytes: Buffer.from(canonicalJson(complete)), sealed };
  });
  const appended = await tx.rows(
    z.object({ id: z.int() }),
    `SELECT audit_append(coalesce(e.chain, audit_chain(e.org)), e.bytes, e.salt, e.diff) AS id
     FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[])
       WITH ORDINALITY AS e (chain, org, bytes, salt, diff, nr) ORDER BY nr`,
    [
      rows.map(({ chain }) => (typeof chain === 'string' ? chain : null)),
      rows.map(({ chain }) => (typeof chain === 'string' ? null : chain.org)),
      rows.map(({ bytes }) => bytes),
      rows.map(({ sealed }) => sealed?.salt ?? null),
      rows.map(({ sealed }) => sealed?.diff ?? null),
    ],
  );
  tx.announce('events');
  return appended.map(({ id }) => id);
}

/** Appends one event and returns its id. */
export async function appendEvent(
  tx: Transaction,
  chain: Chain,
  event: NewEvent,
  diff?: unknown,
): Promise<number> {
  const [id] = await appendEvents(tx, [{ chain, event, ...(diff !== undefined && { diff }) }]);
  if (id === undefined) throw new Error('audit_append returned nothing');
  return id;
}
