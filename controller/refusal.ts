// Refusals of writes. One that says that somebody may not do something is a denial, and the ledger keeps it.

import { appendEvent } from '../audit/append.ts';
import type { AuditEvent } from '../crds/audit.ts';
import { type Finding, LatticeError } from '../crds/findings.ts';
import { displayName, kindNamed } from '../crds/kinds.ts';
import type { Database, Transaction } from '../store/database.ts';
import type { ObjectKey, StoredObject } from '../store/objects.ts';
import type { Admission } from './admission/admit.ts';
import { type Caller, originOf, ownerText } from './admission/caller.ts';

/** A refusal that the ledger keeps: somebody asked for what they may not do. */
export class DenialError extends LatticeError {
  readonly key: ObjectKey;
  readonly policy: AuditEvent['policy'];

  constructor(
    findings: readonly [Finding, ...Finding[]],
    key: ObjectKey,
    policy: AuditEvent['policy'] = null,
  ) {
    super(findings[0].code, findings[0].message, findings);
    this.key = key;
    this.policy = policy;
  }
}

export function refusal(
  first: Finding,
  admission: Admission,
  policy: AuditEvent['policy'] = null,
): LatticeError {
  if (first.code === 'Forbidden' || first.code === 'OwnedByAnother')
    return new DenialError([first], admission.key);
  if (first.code === 'PolicyViolation' || first.code === 'PolicyFailed')
    return new DenialError(
      [first, ...admission.findings.filter((found) => found !== first)],
      admission.key,
      policy,
    );
  const kind = kindNamed(admission.key.kind);
  const shown = kind === undefined ? 'the object' : displayName(kind, admission.key.org, admission.key.name);
  const detail = first.message.includes(shown) ? first.message : `${shown}: ${first.message}`;
  const findings = admission.findings.length > 0 ? admission.findings : [first];
  return new LatticeError(first.code, detail, findings);
}

export function notFound(key: ObjectKey): LatticeError {
  const kind = kindNamed(key.kind);
  const shown = kind === undefined ? `${key.kind} ${key.name}` : displayName(kind, key.org, key.name);
  return new LatticeError('NotFound', `${shown} does not exist`);
}

export function spentKey(key: ObjectKey): LatticeError {
  const kind = kindNamed(key.kind);
  const shown = kind === undefined ? `${key.kind} ${key.name}` : displayName(kind, key.org, key.name);
  return new LatticeError(
    'IdempotencyKeySpent',
    `${shown} was created with this idempotency key and has been deleted since`,
  );
}

export function assertVersion(object: StoredObject, expected: string): void {
  if (object.resourceVersion === expected) return;
  const shown = displayName(object.kind, object.org, object.name);
  throw new LatticeError(
    'StaleResourceVersion',
    `${shown} has changed since it was read: it is at resourceVersion ${object.resourceVersion}, the write is for ${expected}`,
  );
}

/** Runs a write; a denial is recorded in a transaction of its own, since that of the write is rolled back. */
export async function recordingDenials<T>(
  db: Database,
  caller: Caller,
  write: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await db.transaction(write);
  } catch (error) {
    if (error instanceof DenialError) await recordDenial(db, caller, error);
    throw error;
  }
}

async function recordDenial(db: Database, caller: Caller, denial: DenialError): Promise<void> {
  const { kind, org, name } = denial.key;
  await db.transaction(async (tx) => {
    await appendEvent(
      tx,
      { org },
      {
        ...originOf(caller),
        owner: caller.owner,
        kind,
        org,
        name,
        uid: null,
        generation: null,
        action: 'deny',
        phase: 'outcome',
        changed: [],
        policy: denial.policy,
        outcome: 'denied',
        reason: denial.code,
        message: `claimed owner ${ownerText(caller.owner)}`,
      },
    );
  });
}
