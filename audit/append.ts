// Appends events, always in the transaction of what they tell about: either both happen or neither.

import { z } from 'zod';
import { type AuditEvent, auditEventSchema, SYSTEM_CHAIN } from '../crds/audit.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import { canonicalJson, sealDiff } from './hash.ts';

export type NewEvent = Omit<AuditEvent, 'v' | 'time' | 'diffHash' | 'policy'> &
  Partial<Pick<AuditEvent, 'policy'>>;

/** Appends one event and returns its id. `diff` holds values and goes to the erasable side table. */
export async function appendEvent(
  tx: Transaction,
  chain: string,
  event: NewEvent,
  diff?: unknown,
): Promise<number> {
  const sealed = diff === undefined ? undefined : sealDiff(diff);
  const complete = auditEventSchema.parse({
    policy: null,
    ...event,
    v: 1,
    time: await tx.now(),
    diffHash: sealed?.hash ?? null,
  });
  const [appended] = await tx.rows(z.object({ id: z.int() }), 'SELECT audit_append($1, $2, $3, $4) AS id', [
    chain,
    Buffer.from(canonicalJson(complete)),
    sealed?.salt ?? null,
    sealed?.diff ?? null,
  ]);
  if (appended === undefined) throw new Error('audit_append returned nothing');
  tx.announce('events');
  return appended.id;
}

/** The chain that an org's events go to; the system chain while there is no such org. */
export async function chainOf(db: Queryable, org: string): Promise<string> {
  const [found] = await db.rows(
    z.object({ uid: z.string() }),
    `SELECT uid FROM objects WHERE kind = 'Org' AND name = $1`,
    [org],
  );
  return found?.uid ?? SYSTEM_CHAIN;
}
