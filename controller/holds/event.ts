// The event of a hold that comes, changes or goes. It says who and why; the reason is for those who read the ledger.

import type { NewEvent } from '../../audit/append.ts';
import type { AuditEvent } from '../../crds/audit.ts';
import type { Hold } from '../../crds/hold.ts';
import type { StoredObject } from '../../store/objects.ts';

export function holdEvent(
  agent: StoredObject,
  by: Pick<AuditEvent, 'actor' | 'source'>,
  action: 'hold' | 'release',
  hold: Hold,
  reason: string,
): NewEvent {
  const until = hold.expiresAt === undefined ? '' : ` until ${hold.expiresAt}`;
  return {
    ...by,
    owner: agent.owner,
    kind: agent.kind.name,
    org: agent.org,
    name: agent.name,
    uid: agent.uid,
    generation: agent.generation,
    action,
    phase: 'outcome',
    changed: [`holds.${hold.mode}`],
    outcome: 'ok',
    reason,
    message: `${action} ${hold.mode}${action === 'hold' ? until : ''}: ${hold.reason}`,
  };
}
