// The event of a pass, from the object, the steps and how it ended: names of fields, never values.

import type { Chain, NewEvent } from '../../audit/append.ts';
import { type AuditEvent, SYSTEM_CHAIN } from '../../crds/audit.ts';
import type { StoredObject } from '../../store/objects.ts';
import { describeStep, putsRight, type Result, type Step, type TemporalStep } from './reconciler.ts';
import { wasReady } from './status.ts';

/** The life of orgs is told by the system chain, which outlives them. */
export function chainFor(object: StoredObject): Chain {
  return object.kind.name === 'Org' ? SYSTEM_CHAIN : { org: object.org };
}

export type EventEnd = Pick<AuditEvent, 'phase' | 'outcome'> &
  Partial<Pick<AuditEvent, 'reason' | 'action' | 'message'>>;

const outcomes: Readonly<Record<Result['type'], AuditEvent['outcome']>> = {
  done: 'ok',
  // The repair itself went well.
  contested: 'ok',
  again: 'pending',
  retry: 'failed',
  terminal: 'failed',
};

export function outcomeOf(result: Result): EventEnd {
  const reason = result.type === 'done' ? result.reason : result.code;
  return { phase: 'outcome', outcome: outcomes[result.type], reason, message: result.message };
}

export function eventOf(object: StoredObject, steps: readonly Step[], end: EventEnd): NewEvent {
  // The end of a fight over the object is an event, and puts nothing right.
  const found = steps.length > 0 ? putsRight(steps) : end.outcome !== 'ok';
  const action =
    object.deletionTimestamp !== null
      ? 'finalize'
      : found && wasReady(object.status, object.generation)
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
  switch (step.do) {
    case 'deleteRow':
      return step.table;
    case 'giveAddress':
    case 'releaseAddress':
      return 'mesh_addresses';
    default:
      return workflowOrNamespace(step);
  }
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
