// The event of a write, in its transaction: what was done, what policies said of it, and which waivers were used.

import { type Appending, appendEvents } from '../audit/append.ts';
import { type AuditEvent, SYSTEM_CHAIN } from '../crds/audit.ts';
import type { Transaction } from '../store/database.ts';
import type { StoredObject } from '../store/objects.ts';
import type { Admission } from './admission/admit.ts';
import { type Caller, originOf } from './admission/caller.ts';
import type { World } from './admission/world.ts';
import type { Judgement, PolicyJudge } from './policy/judge.ts';
import { refusal } from './refusal.ts';

export async function recordWrite(
  tx: Transaction,
  caller: Caller,
  object: StoredObject,
  action: AuditEvent['action'],
  changed: string[],
  diff?: unknown,
  judgement?: Judgement,
): Promise<void> {
  // The life of orgs is told by the system chain, which outlives them.
  const chain = object.kind.name === 'Org' ? SYSTEM_CHAIN : { org: object.org };
  const event = {
    ...originOf(caller),
    owner: object.owner,
    kind: object.kind.name,
    org: object.org,
    name: object.name,
    uid: object.uid,
    generation: object.generation,
    action,
    phase: 'outcome' as const,
    changed,
    policy: policyRecord(judgement),
    outcome: 'ok' as const,
    reason: 'Admitted',
    message: '',
  };
  const overrides = (judgement?.waived ?? []).map(
    ({ finding: waived, waiver }): Appending => ({
      chain,
      event: {
        ...event,
        action: 'override',
        changed: [waived.pointer],
        reason: 'PolicyWaived',
        message: `waiver ${waiver} let ${waived.rule ?? ''} pass: ${waived.message}`,
      },
    }),
  );
  await appendEvents(tx, [{ chain, event, ...(diff !== undefined && { diff }) }, ...overrides]);
}

/** Judges an admitted change. Throws when a policy refuses it. */
export async function judged(
  policies: PolicyJudge,
  tx: Transaction,
  world: World,
  caller: Caller,
  admission: Admission,
): Promise<Judgement | undefined> {
  const [judgement] = await policies.judge(tx, world, caller, [admission]);
  const refused = judgement?.findings.find((found) => found.level === 'error');
  if (refused !== undefined)
    throw refusal(refused, { ...admission, findings: judgement?.findings ?? [] }, policyRecord(judgement));
  return judgement;
}

/** What the ledger keeps of a judgement: which policies were asked and which rules spoke, not what they said. */
function policyRecord(judgement: Judgement | undefined): AuditEvent['policy'] {
  if (judgement === undefined || judgement.digests.length === 0) return null;
  const waivers = new Map(judgement.waived.map(({ finding: waived, waiver }) => [waived, waiver]));
  return {
    digests: [...judgement.digests],
    findings: judgement.findings.flatMap((found) =>
      found.rule === undefined || found.fingerprint === undefined
        ? []
        : [
            {
              rule: found.rule,
              fingerprint: found.fingerprint,
              level: found.level,
              waiver: waivers.get(found) ?? null,
            },
          ],
    ),
  };
}
