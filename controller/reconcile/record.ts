// What passes leave behind, in one transaction and only while their leases hold: rows, status, events, the end of the work.
// Passes that end at the same moment share the transaction, and with it the round trips and the commit.

import DataLoader from 'dataloader';
import { appendEvent, appendEvents } from '../../audit/append.ts';
import type { Status } from '../../crds/api.ts';
import { referencesOf } from '../../crds/references.ts';
import { isDatabaseOutage, type Transaction } from '../../store/database.ts';
import { removeObjects, writeStatuses } from '../../store/object-writes.ts';
import { findObjects, type ObjectKey, type StoredObject } from '../../store/objects.ts';
import {
  assertLease,
  endWork,
  heldLeases,
  type Locked,
  LostLeaseError,
  lockFree,
  lockObject,
  requestWork,
  type WorkItem,
} from '../../store/work.ts';
import { giveAddress, releaseAddress } from '../backends/addresses.ts';
import { deleteRows, upsertRows } from '../backends/tables.ts';
import type { ControllerContext } from '../context.ts';
import { endingOf, eventsOf, type Outcome, workEnd } from './ending.ts';
import { chainFor, eventOf } from './event.ts';
import type { PostgresStep, Reconciler, Result, Step } from './reconciler.ts';

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
    const locked = await assertLease(tx, item);
    if (isOvertaken({ object, rows }, locked)) throw new ChangedMeanwhileError(object);
    await applyRows(tx, [{ object, reconciler, rows }]);
    return await appendEvent(
      tx,
      chainFor(object),
      eventOf(object, steps, { phase: 'intent', outcome: 'pending' }),
    );
  });
  // Without its link the effect would be unknown to the ledger if we died right after it.
  await context.links.linked(eventId, signal);
}

/** Records one outcome; rejects with LostLeaseError when the lease is gone. */
export type Recorder = (outcome: Outcome) => Promise<PassReport>;

const MOST_TOGETHER = 100;

export function recorder(context: Pick<ControllerContext, 'db' | 'intents'>): Recorder {
  const alone = async (outcome: Outcome): Promise<PassReport | Error> => {
    const { uid } = outcome.object;
    const recorded = await recordAll(context, [outcome], (tx) => lockObject(tx, uid));
    return recorded.get(outcome) ?? new Error('nothing was recorded');
  };
  const together = new DataLoader<Outcome, PassReport>(
    async (outcomes) => {
      const uids = outcomes.map(({ object }) => object.uid);
      // When one of them cannot be recorded, the others must not suffer for it: each is tried by itself.
      const recorded = await (outcomes.length === 1
        ? undefined
        : recordAll(context, outcomes, (tx) => lockFree(tx, uids)).catch((error: unknown) => {
            if (isDatabaseOutage(error)) throw error;
          }));
      return await Promise.all(
        outcomes.map((outcome) => recorded?.get(outcome) ?? alone(outcome).catch(asError)),
      );
    },
    { cache: false, maxBatchSize: MOST_TOGETHER },
  );
  return async (outcome) => {
    if (!claimsAddress(outcome)) return await together.load(outcome);
    const report = await alone(outcome);
    if (report instanceof Error) throw report;
    return report;
  };
}

/** Of two who claim one address the second waits for the first and then fails: nobody else should wait or fail with it. */
const claimsAddress = ({ rows }: Outcome): boolean => rows.some((step) => step.do === 'giveAddress');

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Records the outcomes whose objects `lock` could lock. */
async function recordAll(
  { db, intents }: Pick<ControllerContext, 'db' | 'intents'>,
  asked: readonly Outcome[],
  lock: (tx: Transaction) => Promise<Locked>,
): Promise<Map<Outcome, PassReport | Error>> {
  const reports = await db.transaction(async (tx) => {
    const locked = await lock(tx);
    const outcomes = asked.filter(({ object }) => locked.has(object.uid));
    const held = await heldLeases(
      tx,
      outcomes.map(({ item }) => item),
    );
    const failed = new Map<Outcome, Error>();
    for (const outcome of outcomes)
      if (!held.has(outcome.object.uid))
        failed.set(outcome, new LostLeaseError(outcome.object.uid, outcome.item.fence));
      else if (isOvertaken(outcome, locked)) failed.set(outcome, new ChangedMeanwhileError(outcome.object));
    const holding = outcomes.filter((outcome) => !failed.has(outcome));
    await applyRows(tx, holding);
    const endings = holding.map((outcome) => endingOf(outcome, tx.now));
    const finished = endings.filter((ending) => ending.finished).map(({ outcome }) => outcome.object);
    const statuses = endings.flatMap(({ outcome, status }): [string, Status][] =>
      status === undefined ? [] : [[outcome.object.uid, status]],
    );
    await writeStatuses(tx, new Map(statuses));
    await appendEvents(tx, endings.flatMap(eventsOf));
    await finalize(tx, finished);
    await endWork(tx, endings.map(workEnd));
    return new Map<Outcome, PassReport | Error>([
      ...failed,
      ...endings.map(({ outcome, result, status, told }): [Outcome, PassReport] => {
        const { object, steps } = outcome;
        return [outcome, { object, result, steps, idle: !told && status === undefined }];
      }),
    ]);
  });
  for (const { object, result } of reports.keys())
    if (result.type === 'done' || result.type === 'terminal') intents.delete(object.uid);
  return reports;
}

/** The object was changed after the pass had read it: what is declared now is not what the pass would tell of. */
export class ChangedMeanwhileError extends Error {
  constructor({ uid, generation }: StoredObject) {
    super(`object ${uid} was changed while a pass over its generation ${generation} was under way`);
    this.name = 'ChangedMeanwhileError';
  }
}

/** A row holds what is declared when it is written, so its event must name that generation. */
const isOvertaken = ({ object, rows }: Pick<Outcome, 'object' | 'rows'>, locked: Locked): boolean =>
  rows.some((step) => step.do === 'upsertRow') && locked.get(object.uid) !== object.generation;

async function applyRows(
  tx: Transaction,
  passes: readonly Pick<Outcome, 'object' | 'reconciler' | 'rows'>[],
): Promise<void> {
  for (const { object, rows } of passes)
    for (const step of rows) {
      if (step.do === 'giveAddress') await giveAddress(tx, object.uid, step.address);
      if (step.do === 'releaseAddress') await releaseAddress(tx, object.uid);
    }
  for (const { table } of new Set(passes.map(({ reconciler }) => reconciler))) {
    const uidsOf = (what: PostgresStep['do']): string[] =>
      passes
        .filter(({ reconciler, rows }) => reconciler.table === table && rows.some((step) => step.do === what))
        .map(({ object }) => object.uid);
    await upsertRows(tx, table, uidsOf('upsertRow'));
    await deleteRows(tx, table, uidsOf('deleteRow'));
  }
}

/** Takes objects out of the store. What is to go itself, and waited for them, looks again. */
async function finalize(tx: Transaction, objects: readonly StoredObject[]): Promise<void> {
  if (objects.length === 0) return;
  const referred = objects.flatMap((object): ObjectKey[] => [
    { kind: 'Org', org: object.org, name: object.org },
    ...referencesOf(object.kind, object.spec).map(({ kind, name }) => ({ kind, org: object.org, name })),
  ]);
  const keys = new Map(referred.map((key) => [JSON.stringify(key), key]));
  const going = new Set(objects.map(({ uid }) => uid));
  const waiting = (await findObjects(tx, [...keys.values()])).filter(
    ({ uid, deletionTimestamp }) => deletionTimestamp !== null && !going.has(uid),
  );
  await requestWork(tx, ...waiting.map(({ uid }) => uid));
  await removeObjects(tx, [...going]);
}
