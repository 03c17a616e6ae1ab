// The events of an org, read from the tables and in the order of the chain where they are linked.

import { type AuditEvent, auditEventSchema } from '../../crds/audit.ts';
import type { World } from './world.ts';

/** Events of the org, its life in the system chain included. */
export async function events(world: World, org: string): Promise<AuditEvent[]> {
  const rows = await world.sql(
    `SELECT convert_from(bytes, 'UTF8') AS text FROM audit_event
     WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'org' = $1 ORDER BY id`,
    [org],
  );
  return rows.map((row) => auditEventSchema.parse(JSON.parse(String(row.text))));
}
