// Placing and lifting holds. Each is one transaction with its event and the agent's work, and never touches what is declared: spec,
// generation and resourceVersion stay, so that no plan goes stale by it.

import { isDeepStrictEqual } from 'node:util';
import { appendEvent } from '../../audit/append.ts';
import { finding, LatticeError } from '../../crds/findings.ts';
import type { Hold, HoldMode, HoldRequest } from '../../crds/hold.ts';
import { displayName } from '../../crds/kinds.ts';
import type { Database, Transaction } from '../../store/database.ts';
import { dropHold, holdsOf, putHold } from '../../store/holds.ts';
import { findObject, type ObjectKey, type StoredObject } from '../../store/objects.ts';
import { requestWork } from '../../store/work.ts';
import { actorOf, type Caller, forbidden, originOf } from '../admission/caller.ts';
import { DenialError, notFound, recordingDenials } from '../refusal.ts';
import { holdEvent } from './event.ts';

const keyOf = (org: string, name: string): ObjectKey => ({ kind: 'Agent', org, name });

/** Places the hold, or gives the one that is there another reason and expiry. Without any difference nothing is written. */
export async function placeHold(
  db: Database,
  caller: Caller,
  org: string,
  name: string,
  mode: HoldMode,
  { reason, expiresAt }: HoldRequest,
): Promise<Hold> {
  return await recordingDenials(db, caller, async (tx) => {
    const agent = await claimAgent(tx, caller, keyOf(org, name), mode);
    if (agent.deletionTimestamp !== null)
      throw new LatticeError(
        'BeingDeleted',
        `${shown(agent)} is being deleted: its workflow ends, so there is nothing to hold`,
      );
    const until = expiresAt === undefined ? undefined : new Date(expiresAt);
    if (until !== undefined && until.getTime() <= Date.parse(tx.now)) {
      const message = `expiresAt must be in the future; by the clock of the database it is ${tx.now}`;
      throw new LatticeError('InvalidValue', message, [finding('InvalidValue', '/expiresAt', message)]);
    }
    const before = (await holdsOf(tx, agent.uid)).find((hold) => hold.mode === mode);
    const wanted = { mode, actor: actorOf(caller), reason, expiresAt: until };
    if (before !== undefined && isSame(before, wanted)) return before;
    const hold = await putHold(tx, agent.uid, wanted);
    await tell(tx, caller, agent, 'hold', before, hold);
    return hold;
  });
}

/** Lifts the hold and returns it. */
export async function liftHold(
  db: Database,
  caller: Caller,
  org: string,
  name: string,
  mode: HoldMode,
): Promise<Hold> {
  return await recordingDenials(db, caller, async (tx) => {
    const agent = await claimAgent(tx, caller, keyOf(org, name), mode);
    const hold = await dropHold(tx, agent.uid, mode);
    if (hold === undefined) throw new LatticeError('NotFound', `${shown(agent)} has no hold "${mode}"`);
    await tell(tx, caller, agent, 'release', hold, undefined);
    return hold;
  });
}

/** The holds of the agent that are in force. Read by whoever may read the agent. */
export async function listHolds(db: Database, org: string, name: string): Promise<Hold[]> {
  const agent = await findObject(db, keyOf(org, name));
  if (agent === undefined) throw notFound(keyOf(org, name));
  return await holdsOf(db, agent.uid);
}

async function claimAgent(
  tx: Transaction,
  caller: Caller,
  key: ObjectKey,
  mode: HoldMode,
): Promise<StoredObject> {
  const denied = forbidden(caller, mode, key.org);
  if (denied !== undefined) throw new DenialError([denied], key);
  const agent = await findObject(tx, key, 'update');
  if (agent === undefined) throw notFound(key);
  return agent;
}

async function tell(
  tx: Transaction,
  caller: Caller,
  agent: StoredObject,
  action: 'hold' | 'release',
  before: Hold | undefined,
  after: Hold | undefined,
): Promise<void> {
  const told = after ?? before;
  if (told === undefined) return;
  const event = holdEvent(agent, originOf(caller), action, told, 'Admitted');
  await appendEvent(tx, { org: agent.org }, event, { before: before ?? null, after: after ?? null });
  await requestWork(tx, agent.uid);
}

const isSame = (
  hold: Hold,
  wanted: { actor: string; reason: string; expiresAt: Date | undefined },
): boolean =>
  isDeepStrictEqual(
    [hold.actor, hold.reason, hold.expiresAt],
    [wanted.actor, wanted.reason, wanted.expiresAt?.toISOString()],
  );

const shown = ({ kind, org, name }: StoredObject): string => displayName(kind, org, name);
