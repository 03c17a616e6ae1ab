// Status from the result of a pass. The same result gives the same status, so a pass that finds nothing new changes nothing.

import { type Condition, conditionOf, type Repairs, type Status } from '../../crds/api.ts';
import type { Hold } from '../../crds/hold.ts';
import type { Result } from './reconciler.ts';

export interface StatusInput {
  readonly before: Status;
  /** Generation that the pass worked on. */
  readonly generation: number;
  readonly result: Result;
  readonly externalIds: Record<string, string>;
  readonly repairs?: Repairs | undefined;
  readonly hold?: Hold | undefined;
}

type Draft = Pick<Condition, 'type' | 'status' | 'reason' | 'message' | 'field'>;

/** The status after a pass. `now` stands in conditions that changed; the others keep their time. */
export function nextStatus(
  { before, generation, result, externalIds, repairs, hold }: StatusInput,
  now: string,
): Status {
  const conditions = drafts(before, generation, result).map((draft): Condition => {
    const old = conditionOf(before, draft.type);
    const lastTransitionTime = old?.status === draft.status ? old.lastTransitionTime : now;
    return { ...draft, observedGeneration: generation, lastTransitionTime };
  });
  return {
    observedGeneration: generation,
    conditions,
    externalIds,
    ...(repairs && { repairs }),
    ...(hold && { hold }),
  };
}

function drafts(before: Status, generation: number, result: Result): Draft[] {
  switch (result.type) {
    case 'done':
      return [
        { type: 'Ready', status: 'True', reason: result.reason, message: result.message },
        { type: 'Synced', status: 'True', reason: 'ReconcileSuccess', message: '' },
      ];
    case 'again':
      return [
        { type: 'Ready', status: 'False', reason: result.code, message: result.message },
        { type: 'Synced', status: 'True', reason: 'ReconcileSuccess', message: '' },
        { type: 'Reconciling', status: 'True', reason: result.code, message: result.message },
      ];
    case 'retry': {
      // A backend that cannot be asked does not make what stood there worse.
      const ready = conditionOf(before, 'Ready');
      const keep = ready !== undefined && ready.observedGeneration === generation;
      return [
        keep
          ? { type: 'Ready', status: ready.status, reason: ready.reason, message: ready.message }
          : { type: 'Ready', status: 'False', reason: result.code, message: result.message },
        { type: 'Synced', status: 'False', reason: result.code, message: result.message },
        { type: 'Reconciling', status: 'True', reason: result.code, message: result.message },
      ];
    }
    case 'contested':
      return [
        { type: 'Ready', status: 'False', reason: result.code, message: result.message },
        { type: 'Synced', status: 'True', reason: 'ReconcileSuccess', message: '' },
        { type: 'Stalled', status: 'True', reason: result.code, message: result.message },
      ];
    case 'terminal':
      return [
        { type: 'Ready', status: 'False', reason: result.code, message: result.message, field: result.field },
        { type: 'Synced', status: 'False', reason: result.code, message: result.message },
        {
          type: 'Stalled',
          status: 'True',
          reason: result.code,
          message: result.message,
          field: result.field,
        },
      ];
  }
}

/** Whether two statuses say the same. */
export function sameStatus(left: Status, right: Status): boolean {
  return JSON.stringify(comparable(left)) === JSON.stringify(comparable(right));
}

/**
 * Whether two statuses differ in words at most: which dependents are left, how long a call took. The words of a wait change with
 * every look, and the ledger is told of a wait once. Of a hold it is told when it comes, changes and goes.
 */
export function sameButWords(left: Status, right: Status): boolean {
  return sameStatus(withoutWords(left), withoutWords(right));
}

const withoutWords = ({ hold: _hold, ...status }: Status): Status => ({
  ...status,
  conditions: status.conditions.map((condition) => ({ ...condition, message: '' })),
});

function comparable(status: Status): unknown {
  const conditions = status.conditions
    .map(({ type, status: value, reason, message, field, observedGeneration }) => [
      type,
      value,
      reason,
      message,
      field ?? null,
      observedGeneration,
    ])
    .sort();
  const ids = Object.entries(status.externalIds).sort();
  const { count, since, last, what } = status.repairs ?? {};
  const { mode, actor, reason, createdAt, expiresAt } = status.hold ?? {};
  const hold = [mode, actor, reason, createdAt, expiresAt];
  return [status.observedGeneration, conditions, ids, [count, since, last, what], hold];
}

/** Whether everything was as declared when the object was last left: what differs now is drift. */
export function wasReady(status: Status, generation: number): boolean {
  const ready = conditionOf(status, 'Ready');
  const left = ready?.status === 'True' || ready?.reason === 'Contested';
  return left && ready.observedGeneration === generation;
}
