// Agent: a row of lattice_agents and one durable workflow. The agent is ready when the workflow has acknowledged the
// generation, which it notes where it can be read even while no worker runs.

import { agent, agentSpec } from '../../crds/agent.ts';
import { namespaceOf, workflowIdOf } from '../../crds/agent-workflow.ts';
import type { Database } from '../../store/database.ts';
import type { StoredObject } from '../../store/objects.ts';
import { type ObservedRow, removalSteps, rowObserver, rowSteps } from '../backends/tables.ts';
import type { ObservedWorkflow, TemporalBackend } from '../backends/temporal.ts';
import type { Reconciler, Result, Step } from './reconciler.ts';

const table = { name: 'lattice_agents', desired: 'desired_agents' };
const LOOK_AGAIN_MS = 500;

interface Observed {
  readonly row: ObservedRow;
  readonly workflow: ObservedWorkflow;
}

export function agentReconciler(db: Database, temporal: TemporalBackend): Reconciler<Observed> {
  const observeRow = rowObserver(db, table);
  return {
    kind: agent,
    table,
    observe: async (object) => ({
      row: await observeRow(object.uid),
      workflow: await temporal.observeWorkflow(namespaceOf(object.org), workflowIdOf(object.uid)),
    }),
    diff: (object, observed, fence) => {
      if (object.deletionTimestamp === null)
        return [...rowSteps(table, observed.row), ...directiveSteps(object, observed.workflow, fence)];
      // The workflow first: while it runs, the runtime may still read the row.
      return [...terminationSteps(object, observed.workflow), ...removalSteps(table, observed.row)];
    },
    assess: (object, { workflow }) =>
      object.deletionTimestamp === null ? readyResult(object, workflow) : goneResult(workflow),
    externalIds: (object) => ({
      temporalNamespace: namespaceOf(object.org),
      workflowId: workflowIdOf(object.uid),
    }),
  };
}

const desiredState = (object: StoredObject) => agentSpec.parse(object.spec).desiredState;

function directiveSteps(object: StoredObject, workflow: ObservedWorkflow, fence: number): Step[] {
  if (workflow.state === 'no-namespace' || isSettled(object, workflow)) return [];
  return [
    {
      in: 'temporal',
      do: 'deliverDirective',
      namespace: namespaceOf(object.org),
      input: {
        uid: object.uid,
        org: object.org,
        name: object.name,
        directive: { generation: object.generation, desiredState: desiredState(object), fence },
      },
      found: describeWorkflow(workflow),
    },
  ];
}

/** A stopped agent is settled without a workflow; any other needs one that has acknowledged this generation. */
function isSettled(object: StoredObject, workflow: ObservedWorkflow): boolean {
  if (desiredState(object) === 'stopped') return workflow.state !== 'running';
  return workflow.state === 'running' && workflow.generation === object.generation;
}

function describeWorkflow(workflow: ObservedWorkflow): string {
  if (workflow.state !== 'running')
    return `found ${workflow.state === 'closed' ? workflow.closedAs : 'none'}`;
  return workflow.generation === undefined ? 'found running' : `found at generation ${workflow.generation}`;
}

function terminationSteps(object: StoredObject, workflow: ObservedWorkflow): Step[] {
  if (workflow.state !== 'running') return [];
  const workflowId = workflowIdOf(object.uid);
  return [{ in: 'temporal', do: 'terminateWorkflow', namespace: namespaceOf(object.org), workflowId }];
}

function readyResult(object: StoredObject, workflow: ObservedWorkflow): Result {
  if (workflow.state === 'no-namespace')
    return {
      type: 'again',
      afterMs: LOOK_AGAIN_MS,
      code: 'NamespacePending',
      message: `The namespace of org ${object.org} does not serve yet.`,
    };
  if (isSettled(object, workflow)) {
    const state = desiredState(object);
    if (state === 'stopped')
      return { type: 'done', reason: 'Stopped', message: 'The agent is stopped, as declared.' };
    if (state === 'paused')
      return { type: 'done', reason: 'Paused', message: 'The agent is paused, as declared.' };
    return { type: 'done', reason: 'Running', message: 'The workflow runs at this generation.' };
  }
  return {
    type: 'again',
    afterMs: LOOK_AGAIN_MS,
    code: 'WorkflowPending',
    message: `The workflow has not acknowledged generation ${object.generation} yet.`,
  };
}

function goneResult(workflow: ObservedWorkflow): Result {
  if (workflow.state !== 'running')
    return { type: 'done', reason: 'Deleted', message: 'The workflow is ended.' };
  return {
    type: 'again',
    afterMs: LOOK_AGAIN_MS,
    code: 'WorkflowPending',
    message: 'The workflow is still running.',
  };
}
