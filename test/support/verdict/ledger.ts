// The whole ledger as the verdicts read it: every event with its id and the moment in which it was linked.

import { type AuditEvent, auditEventSchema } from '../../../crds/audit.ts';
import type { World } from '../world.ts';

export interface Entry {
  readonly id: number;
  readonly event: AuditEvent;
  /** Undefined while it has no link. */
  readonly linkedMs: number | undefined;
}

/** By the uid of the object that they are about. */
export type Ledger = ReadonlyMap<string, readonly Entry[]>;

export async function readLedger(world: World): Promise<Ledger> {
  const rows = await world.sql(
    `SELECT e.id, convert_from(e.bytes, 'UTF8') AS text, (extract(epoch FROM w.at) * 1000)::float8 AS linked_ms
     FROM audit_event e LEFT JOIN witness_link w ON w.event_id = e.id ORDER BY e.id`,
  );
  const ledger = new Map<string, Entry[]>();
  for (const { id, text, linked_ms } of rows) {
    const event = auditEventSchema.parse(JSON.parse(String(text)));
    const entry = { id: Number(id), event, linkedMs: typeof linked_ms === 'number' ? linked_ms : undefined };
    const known = ledger.get(event.uid ?? '');
    if (known === undefined) ledger.set(event.uid ?? '', [entry]);
    else known.push(entry);
  }
  return ledger;
}
