// When the world has come to rest: every object is Ready at its generation or gone, nothing is due, every event has its link.

import { eventually } from '../eventually.ts';
import type { World } from '../world.ts';

const UNSETTLED = `
SELECT o.kind || ' ' || o.org || '/' || o.name ||
  CASE WHEN o.deletion_timestamp IS NULL THEN ' is not ready' ELSE ' is not gone' END AS what
FROM objects o
WHERE o.deletion_timestamp IS NOT NULL OR (o.status ->> 'observedGeneration')::bigint <> o.generation
  OR NOT o.status @? '$.conditions[*] ? (@.type == "Ready" && @.status == "True")'
UNION ALL SELECT 'object ' || object_uid || ' is at work' FROM work
UNION ALL SELECT 'event ' || event_id || ' is not linked' FROM audit_pending
LIMIT 20`;

/** Throws, naming what is left, when the world does not come to rest within the limit. */
export async function untilSettled(world: World, limitMs?: number): Promise<void> {
  await eventually(
    'everything is settled',
    async () => (await world.sql(UNSETTLED)).map(({ what }) => String(what)),
    (left) => left.length === 0,
    limitMs,
  );
}
