// What a pass leaves behind, in one transaction and only while its lease holds: rows, status, event, the end of the work.

import { appendEvent } from '../../audit/append.ts';
import { referencesOf } from '../../crds/references.ts';
import type { Transaction } from '../../store/database.ts';
import { removeObject, writeStatus } from '../../store/object-writes.ts';
import { findObject, type StoredObject } from '../../store/objects.ts';
import { assertLease, completeWork, postponeWork, requestWork, type WorkItem } from '../../store/work.ts';
import { giveAddress, releaseAddress } from '../backends/addresses.ts';
import { applyRowStep } from '../backends/tables.ts';
import type { ControllerContext } from '../context.ts';
import { backoffMs } from './backoff.ts';
import { chainFor, eventOf, outcomeOf } from './event.ts';
import type { PostgresStep, Reconciler, Result, Step } from './reconciler.ts';
import { nextStatus, sameStatus } from './status.ts';

/** What a pass did, for the log and the metrics. */
export interface PassReport {
  readonly object: StoredObject | undefined;
  readonly result: Result | undefined;
  readonly steps: readonly Step[];
  /** Nothing was done and nothing changed. */
  readonly idle: boolean;
}

/** Writes down what is about to be done outside Postgres, and waits until the chain holds it. */
export async function declareIntent(
  context: ControllerContext,
  item: WorkItem,
  object: StoredObject,
  reconciler: Reconciler,
  steps: readonly Step[],
  rows: readonly PostgresStep[],
  signal: AbortSignal,
): Promise<void> {
  const eventId = await context.db.transaction(async (tx) => {
    await assertLease(tx, item);
    for (const step of rows) await applyStep(tx, reconciler, step, object.uid);
    return await appendEvent(
      tx,
      await chainFor(tx, object),
      eventOf(object, steps, { phase: 'intent', outcome: 'pending' }),
    );
  });
  // Without its link the effect would be unknown to the ledger if we died right after it.
  await context.links.linked(eventId, signal);
}

export interface Outcome {
  readonly result: Result;
  /** What was done outside Postgres, and what is done here. */
  readonly steps: readonly Step[];
  /** What is done here. */
  readonly rows: readonly PostgresStep[];
  readonly externalIds: Record<string, string>;
}

export async function record(
  context: ControllerContext,
  item: WorkItem,
  object: StoredObject,
  reconciler: Reconciler,
  outcome: Outcome,
): Promise<PassReport> {
  const { result, steps, rows, externalIds } = outcome;
  return await context.db.transaction(async (tx) => {
    await assertLease(tx, item);
    for (const step of rows) await applyStep(tx, reconciler, step, object.uid);
    if (object.deletionTimestamp !== null && result.type === 'done') {
      context.intents.delete(object.uid);
      await finalize(tx, item, object, steps);
      return { object, result, steps, idle: false };
    }
    const now = await tx.now();
    const status = nextStatus(
      {
        before: object.status,
        generation: object.generation,
        result,
        externalIds,
      },
      now,
    );
    const news = !sameStatus(status, object.status);
    if (news) await writeStatus(tx, object.uid, status);
    if (news || steps.length > 0)
      await appendEvent(tx, await chainFor(tx, object), eventOf(object, steps, outcomeOf(result)));
    if (result.type === 'done' || result.type === 'terminal') context.intents.delete(object.uid);
    await endWork(tx, item, result);
    return { object, result, steps, idle: !news && steps.length === 0 };
  });
}

async function applyStep(
  tx: Transaction,
  { table }: Reconciler,
  step: PostgresStep,
  uid: string,
): Promise<void> {
  switch (step.do) {
    case 'upsertRow':
    case 'deleteRow':
      return await applyRowStep(tx, table, step, uid);
    case 'giveAddress':
      return await giveAddress(tx, uid, step.address);
    case 'releaseAddress':
      return await releaseAddress(tx, uid);
  }
}

async function finalize(
  tx: Transaction,
  item: WorkItem,
  object: StoredObject,
  steps: readonly Step[],
): Promise<void> {
  const finished = { phase: 'outcome', outcome: 'ok', reason: 'Deleted', action: 'finalize' } as const;
  await appendEvent(tx, await chainFor(tx, object), eventOf(object, steps, finished));
  if (object.kind.name === 'Org')
    // The org's own chain ends with it: nothing may follow a tombstone.
    await appendEvent(tx, object.uid, eventOf(object, [], { ...finished, action: 'tombstone' }));
  for (const reference of referencesOf(object.kind, object.spec)) {
    const target = await findObject(tx, { kind: reference.kind, org: object.org, name: reference.name });
    if (target !== undefined) await wakeDeleting(tx, target);
  }
  const org = await findObject(tx, { kind: 'Org', org: object.org, name: object.org });
  if (org !== undefined && org.uid !== object.uid) await wakeDeleting(tx, org);
  await removeObject(tx, object.uid);
  await completeWork(tx, item);
}

/** What waits for its dependents to go looks again when one has gone. */
async function wakeDeleting(tx: Transaction, target: StoredObject): Promise<void> {
  if (target.deletionTimestamp !== null) await requestWork(tx, target.uid);
}

async function endWork(tx: Transaction, item: WorkItem, result: Result): Promise<void> {
  switch (result.type) {
    case 'done':
    case 'terminal':
      return await completeWork(tx, item);
    case 'again':
      return await postponeWork(tx, item, result.afterMs, item.attempts + 1);
    case 'retry':
      return await postponeWork(tx, item, backoffMs(item.attempts), item.attempts + 1);
  }
}
