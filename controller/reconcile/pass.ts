// One pass over one object: observe, diff, act, observe again, record. Effects in Postgres share one transaction with their
// event, the status and the end of the work; an effect outside waits until its intent is linked to the chain. A pass that
// finds nothing to do and nothing new to say writes nothing but the end of the work.

import { displayName } from '../../crds/kinds.ts';
import { dependentsOf } from '../../store/object-lists.ts';
import type { StoredObject } from '../../store/objects.ts';
import { assertNotExpired, endWork, type WorkItem } from '../../store/work.ts';
import { AddressTakenError } from '../backends/addresses.ts';
import { BackendError } from '../backends/errors.ts';
import { type ControllerContext, reconcilerOf } from '../context.ts';
import { backoffMs } from './backoff.ts';
import { describeStep, type PostgresStep, type Reconciler, type Result, type Step } from './reconciler.ts';
import { ChangedMeanwhileError, declareIntent, type PassReport } from './record.ts';

const DEPENDENTS_LOOK_AGAIN_MS = 10_000;
const MOST_PATIENCE_MS = 5_000;
const MOST_NAMED = 10;

export async function reconcileOnce(
  context: ControllerContext,
  item: WorkItem,
  signal: AbortSignal,
): Promise<PassReport> {
  const object = await context.objects.load(item.uid);
  if (object === undefined) {
    await context.db.transaction((tx) => endWork(tx, [{ item }]));
    return { object, result: undefined, steps: [], idle: true };
  }
  const reconciler = reconcilerOf(context, object.kind.name);
  const waiting = object.deletionTimestamp === null ? undefined : await dependentsResult(context, object);
  const { externalIds, hold } = object.status;
  if (waiting !== undefined)
    return await context.record({
      item,
      object,
      reconciler,
      result: waiting,
      steps: [],
      rows: [],
      externalIds,
      hold,
    });
  const acted: Step[] = [];
  try {
    return await againWhenTaken(() => observeAndAct(context, item, object, reconciler, acted, signal));
  } catch (error) {
    if (error instanceof ChangedMeanwhileError) return await reconcileOnce(context, item, signal);
    const result = failureResult(error);
    if (result === undefined) throw error;
    context.log.warn({ ...nameOf(object), error: String(error) }, 'a backend failed');
    return await context.record({
      item,
      object,
      reconciler,
      result,
      steps: acted,
      rows: [],
      externalIds,
      hold,
    });
  }
}

async function observeAndAct(
  context: ControllerContext,
  item: WorkItem,
  object: StoredObject,
  reconciler: Reconciler,
  acted: Step[],
  signal: AbortSignal,
): Promise<PassReport> {
  const observed = await reconciler.observe(object);
  const steps = reconciler.diff(object, observed, item.fence);
  const outside = steps.filter((step) => step.in === 'temporal');
  if (outside.length === 0)
    return await context.record({
      item,
      object,
      reconciler,
      result: reconciler.assess(object, observed),
      steps,
      rows: rowStepsOf(steps),
      externalIds: reconciler.externalIds(object, observed),
      hold: reconciler.hold?.(observed),
    });
  const rowsBefore = rowStepsOf(
    steps.slice(
      0,
      steps.findIndex((step) => step.in === 'temporal'),
    ),
  );
  const intent = `${object.generation} ${steps.map(describeStep).join('; ')}`;
  const repeated = rowsBefore.length === 0 && context.intents.get(object.uid) === intent;
  if (!repeated) {
    await declareIntent(context, item, object, reconciler, steps, rowsBefore, signal);
    context.intents.set(object.uid, intent);
  }
  for (const step of outside) {
    signal.throwIfAborted();
    // After a freeze the signal may not have been told yet; an effect now would be a second holder's.
    assertNotExpired(item);
    await context.temporal.perform(step);
    acted.push(step);
  }
  const after = await reconciler.observe(object);
  const rows = rowStepsOf(reconciler.diff(object, after, item.fence));
  const result = patient(reconciler.assess(object, after), item);
  // What is tried again under an intent that stands in the chain already is news only when it changes something.
  const told = repeated && result.type === 'again' ? rows : [...outside, ...rows];
  return await context.record({
    item,
    object,
    reconciler,
    result,
    steps: told,
    rows,
    externalIds: reconciler.externalIds(object, after),
    hold: reconciler.hold?.(after),
  });
}

const MOST_RACES = 20;

/** Of passes that chose the same address at once, all but one look again. */
async function againWhenTaken(act: () => Promise<PassReport>): Promise<PassReport> {
  for (let races = 1; ; races++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof AddressTakenError) || races >= MOST_RACES) throw error;
    }
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
  const key = { kind: object.kind.name, org: object.org, name: object.name };
  // One more than are named, and one that may be the object itself.
  const dependents = await dependentsOf(context.db, key, MOST_NAMED + 2);
  const others = dependents.filter((dependent) => dependent.uid !== object.uid);
  if (others.length === 0) return undefined;
  const names = others
    .slice(0, MOST_NAMED)
    .map((dependent) => displayName(dependent.kind, dependent.org, dependent.name));
  const more = others.length > MOST_NAMED ? ' and more' : '';
  return {
    type: 'again',
    afterMs: DEPENDENTS_LOOK_AGAIN_MS,
    code: 'DependentsExist',
    message: `Waits until these are gone or refer elsewhere: ${names.join(', ')}${more}.`,
  };
}

/** A failure outside Postgres. One of Postgres itself has no result: nothing could be recorded, and the lease runs out. */
function failureResult(error: unknown): Result | undefined {
  if (!(error instanceof BackendError)) return undefined;
  return { type: 'retry', code: 'BackendUnavailable', message: error.message };
}
