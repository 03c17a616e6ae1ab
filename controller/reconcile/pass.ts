// One pass over one object: observe, diff, act, observe again, record. Effects in Postgres share one transaction with their
// event, the status and the end of the work; an effect outside waits until its intent is linked to the chain. A pass that
// finds nothing to do and nothing new to say writes nothing but the end of the work.

import { appendEvent, chainOf } from '../../audit/append.ts';
import type { AuditEvent } from '../../crds/audit.ts';
import { SYSTEM_CHAIN } from '../../crds/audit.ts';
import { displayName } from '../../crds/kinds.ts';
import { referencesOf } from '../../crds/references.ts';
import type { Transaction } from '../../store/database.ts';
import {
  dependentsOf,
  findObject,
  objectByUid,
  removeObject,
  type StoredObject,
  writeStatus,
} from '../../store/objects.ts';
import { assertLease, completeWork, postponeWork, requestWork, type WorkItem } from '../../store/work.ts';
import { BackendError } from '../backends/errors.ts';
import { applyRowStep } from '../backends/tables.ts';
import { type ControllerContext, reconcilerOf } from '../context.ts';
import { backoffMs } from './backoff.ts';
import {
  describeStep,
  type PostgresStep,
  type Reconciler,
  type Result,
  type Step,
  type TemporalStep,
} from './reconciler.ts';
import { nextStatus, sameStatus, wasReady } from './status.ts';

const DEPENDENTS_LOOK_AGAIN_MS = 10_000;
const MOST_PATIENCE_MS = 5_000;

/** What a pass did, for the log and the metrics. */
export interface PassReport {
  readonly object: StoredObject | undefined;
  readonly result: Result | undefined;
  readonly steps: readonly Step[];
  /** Nothing was done and nothing changed. */
  readonly idle: boolean;
}

export async function reconcileOnce(
  context: ControllerContext,
  item: WorkItem,
  signal: AbortSignal,
): Promise<PassReport> {
  const object = await objectByUid(context.db, item.uid);
  if (object === undefined) {
    await context.db.transaction((tx) => completeWork(tx, item));
    return { object, result: undefined, steps: [], idle: true };
  }
  const reconciler = reconcilerOf(context, object.kind.name);
  const waiting = object.deletionTimestamp === null ? undefined : await dependentsResult(context, object);
  if (waiting !== undefined) return await record(context, item, object, reconciler, waiting, [], []);
  const acted: Step[] = [];
  try {
    const observed = await reconciler.observe(object);
    const steps = reconciler.diff(object, observed, item.fence);
    if (!steps.some((step) => step.in === 'temporal'))
      return await record(
        context,
        item,
        object,
        reconciler,
        reconciler.assess(object, observed),
        steps,
        rowStepsOf(steps),
      );
    const outside = steps.filter((step) => step.in === 'temporal');
    const firstOutside = steps.findIndex((step) => step.in === 'temporal');
    const rowsBefore = rowStepsOf(steps.slice(0, firstOutside));
    const intent = `${object.generation} ${steps.map(describeStep).join('; ')}`;
    const repeated = rowsBefore.length === 0 && context.intents.get(object.uid) === intent;
    if (!repeated) {
      await declareIntent(context, item, object, reconciler, steps, rowsBefore, signal);
      context.intents.set(object.uid, intent);
    }
    for (const step of outside) {
      signal.throwIfAborted();
      await context.temporal.perform(step);
      acted.push(step);
    }
    const after = await reconciler.observe(object);
    const left = rowStepsOf(reconciler.diff(object, after, item.fence));
    const result = patient(reconciler.assess(object, after), item);
    // What is tried again under an intent that stands in the chain already is news only when it changes something.
    const told = repeated && result.type === 'again' ? left : [...outside, ...left];
    return await record(context, item, object, reconciler, result, told, left);
  } catch (error) {
    const result = failureResult(error);
    if (result === undefined) throw error;
    context.log.warn({ ...nameOf(object), error: String(error) }, 'a backend failed');
    return await record(context, item, object, reconciler, result, acted, []);
  }
}

/** After an effect that did not settle yet, the next look waits a little longer each time. */
function patient(result: Result, item: WorkItem): Result {
  if (result.type !== 'again') return result;
  return {
    ...result,
    afterMs: Math.max(result.afterMs, Math.min(MOST_PATIENCE_MS, backoffMs(item.attempts))),
  };
}

const rowStepsOf = (steps: readonly Step[]): PostgresStep[] => steps.filter((step) => step.in === 'postgres');

const nameOf = (object: StoredObject) => ({
  kind: object.kind.name,
  org: object.org,
  name: object.name,
  uid: object.uid,
});

async function dependentsResult(
  context: ControllerContext,
  object: StoredObject,
): Promise<Result | undefined> {
  const dependents = await dependentsOf(context.db, {
    kind: object.kind.name,
    org: object.org,
    name: object.name,
  });
  const [first, ...more] = dependents.filter((dependent) => dependent.uid !== object.uid);
  if (first === undefined) return undefined;
  const names = [first, ...more]
    .slice(0, 10)
    .map((dependent) => displayName(dependent.kind, dependent.org, dependent.name));
  const others = more.length >= 10 ? ` and ${more.length - 9} more` : '';
  return {
    type: 'again',
    afterMs: DEPENDENTS_LOOK_AGAIN_MS,
    code: 'DependentsExist',
    message: `Waits until these are gone or refer elsewhere: ${names.join(', ')}${others}.`,
  };
}

/** A failure outside Postgres. One of Postgres itself has no result: nothing could be recorded, and the lease runs out. */
function failureResult(error: unknown): Result | undefined {
  if (!(error instanceof BackendError)) return undefined;
  return { type: 'retry', code: 'BackendUnavailable', message: error.message };
}

async function declareIntent(
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
    for (const step of rows) await applyRowStep(tx, reconciler.table, step, object.uid);
    return await appendEvent(
      tx,
      await chainFor(tx, object),
      eventOf(object, steps, { phase: 'intent', outcome: 'pending' }),
    );
  });
  // Without its link the effect would be unknown to the ledger if we died right after it.
  await context.links.linked(eventId, signal);
}

async function record(
  context: ControllerContext,
  item: WorkItem,
  object: StoredObject,
  reconciler: Reconciler,
  result: Result,
  steps: readonly Step[],
  rows: readonly PostgresStep[],
): Promise<PassReport> {
  return await context.db.transaction(async (tx) => {
    await assertLease(tx, item);
    for (const step of rows) await applyRowStep(tx, reconciler.table, step, object.uid);
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
        externalIds: reconciler.externalIds(object),
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

async function chainFor(tx: Transaction, object: StoredObject): Promise<string> {
  return object.kind.name === 'Org' ? SYSTEM_CHAIN : await chainOf(tx, object.org);
}

type EventEnd = Pick<AuditEvent, 'phase' | 'outcome'> &
  Partial<Pick<AuditEvent, 'reason' | 'action' | 'message'>>;

function outcomeOf(result: Result): EventEnd {
  const reason = result.type === 'done' ? result.reason : result.code;
  const outcome = result.type === 'done' ? 'ok' : result.type === 'again' ? 'pending' : 'failed';
  return { phase: 'outcome', outcome, reason, message: result.message };
}

function eventOf(object: StoredObject, steps: readonly Step[], end: EventEnd) {
  const action =
    object.deletionTimestamp !== null
      ? 'finalize'
      : wasReady(object.status, object.generation)
        ? 'repair'
        : 'reconcile';
  return {
    actor: { type: 'controller', id: 'controller' } as const,
    source: 'reconcile',
    owner: object.owner,
    kind: object.kind.name,
    org: object.org,
    name: object.name,
    uid: object.uid,
    generation: object.generation,
    action: end.action ?? (action as AuditEvent['action']),
    phase: end.phase,
    changed: changedBy(steps),
    outcome: end.outcome,
    reason: end.reason ?? '',
    message: [...steps.map(describeStep), end.message ?? ''].filter((part) => part !== '').join('; '),
  };
}

function changedBy(steps: readonly Step[]): string[] {
  return steps.flatMap((step) =>
    step.do === 'upsertRow' ? step.columns.map((column) => `${step.table}.${column}`) : [targetOf(step)],
  );
}

function targetOf(step: Exclude<Step, { do: 'upsertRow' }>): string {
  if (step.do === 'deleteRow') return step.table;
  return workflowOrNamespace(step);
}

function workflowOrNamespace(step: TemporalStep): string {
  switch (step.do) {
    case 'deliverDirective':
      return `workflow agent/${step.input.uid}`;
    case 'terminateWorkflow':
      return `workflow ${step.workflowId}`;
    case 'registerNamespace':
    case 'deleteNamespace':
      return `namespace ${step.namespace}`;
  }
}
