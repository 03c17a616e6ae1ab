// Agent: a row of lattice_agents and one durable workflow. The agent is ready when the workflow has acknowledged the
// generation and the hold in force, which it notes where they can be read even while no worker runs.

import { agent, agentSpec } from '../../crds/agent.ts';
import { type AgentDirective, namespaceOf, stateOf, workflowIdOf } from '../../crds/agent-workflow.ts';
import { type Hold, heldStates } from '../../crds/hold.ts';
import type { Database } from '../../store/database.ts';
import { holdObserver } from '../../store/holds.ts';
import type { StoredObject } from '../../store/objects.ts';
import { type ObservedRow, removalSteps, rowObserver, rowSteps } from '../backends/tables.ts';
import type { ObservedWorkflow, TemporalBackend } from '../backends/temporal.ts';
import type { Reconciler, Result, Step } from './reconciler.ts';

const table = { name: 'lattice_agents', desired: 'desired_agents' };
const LOOK_AGAIN_MS = 500;

interface Observed {
  readonly row: ObservedRow;
  readonly workflow: ObservedWorkflow;
  /** The strictest in force. */
  readonly hold?: Hold | undefined;
}

export function agentReconciler(db: Database, temporal: TemporalBackend): Reconciler<Observed> {
  const observeRow = rowObserver(db, table);
  const observeHold = holdObserver(db);
  return {
    kind: agent,
    table,
    observe: async (object) => {
      const [row, hold] = await Promise.all([observeRow(object.uid), observeHold(object.uid)]);
      const workflow = await temporal.observeWorkflow(namespaceOf(object.org), workflowIdOf(object.uid));
      return { row, hold, workflow };
    },
    diff: (object, observed, fence) => {
      if (object.deletionTimestamp === null)
        return [...rowSteps(table, observed.row), ...directiveSteps(object, observed, fence)];
      // The workflow first: while it runs, the runtime may still read the row.
      return [...terminationSteps(object, observed.workflow), ...removalSteps(table, observed.row)];
    },
    assess: (object, observed) =>
      object.deletionTimestamp === null ? readyResult(object, observed) : goneResult(observed.workflow),
    externalIds: (object) => ({
      temporalNamespace: namespaceOf(object.org),
      workflowId: workflowIdOf(object.uid),
    }),
    hold: ({ hold }) => hold,
  };
}

/** What the workflow is to follow, whoever delivers it. */
type Wanted = Omit<AgentDirective, 'fence'>;

function wantedOf(object: StoredObject, hold: Hold | undefined): Wanted {
  const { desiredState } = agentSpec.parse(object.spec);
  return {
    generation: object.generation,
    desiredState,
    ...(hold !== undefined && { hold: heldStates[hold.mode] }),
  };
}

const effectiveState = (wanted: Wanted) => stateOf({ ...wanted, fence: 0 });

function directiveSteps(object: StoredObject, { workflow, hold }: Observed, fence: number): Step[] {
  const wanted = wantedOf(object, hold);
  if (workflow.state === 'no-namespace' || isSettled(wanted, workflow)) return [];
  return [
    {
      in: 'temporal',
      do: 'deliverDirective',
      namespace: namespaceOf(object.org),
      input: {
        uid: object.uid,
        org: object.org,
        name: object.name,
        directive: { ...wanted, fence },
      },
      found: describeWorkflow(workflow),
      ...(object.status.hold?.mode !== hold?.mode && { forHold: true }),
    },
  ];
}

/** A stopped agent is settled without a workflow; any other needs one that has acknowledged this generation and this hold. */
function isSettled(wanted: Wanted, workflow: ObservedWorkflow): boolean {
  if (effectiveState(wanted) === 'stopped') return workflow.state !== 'running';
  return (
    workflow.state === 'running' && workflow.generation === wanted.generation && workflow.hold === wanted.hold
  );
}

function describeWorkflow(workflow: ObservedWorkflow): string {
  if (workflow.state !== 'running')
    return `found ${workflow.state === 'closed' ? workflow.closedAs : 'none'}`;
  const held = workflow.hold === undefined ? '' : `, held ${workflow.hold}`;
  return workflow.generation === undefined
    ? 'found running'
    : `found at generation ${workflow.generation}${held}`;
}

function terminationSteps(object: StoredObject, workflow: ObservedWorkflow): Step[] {
  if (workflow.state !== 'running') return [];
  const workflowId = workflowIdOf(object.uid);
  return [{ in: 'temporal', do: 'terminateWorkflow', namespace: namespaceOf(object.org), workflowId }];
}

function readyResult(object: StoredObject, { workflow, hold }: Observed): Result {
  if (workflow.state === 'no-namespace')
    return {
      type: 'again',
      afterMs: LOOK_AGAIN_MS,
      code: 'NamespacePending',
      message: `The namespace of org ${object.org} does not serve yet.`,
    };
  const wanted = wantedOf(object, hold);
  if (isSettled(wanted, workflow)) return settledResult(wanted, hold);
  const acknowledged = workflow.state === 'running' && workflow.generation === object.generation;
  const missing =
    acknowledged && workflow.hold !== wanted.hold
      ? hold === undefined
        ? 'that its hold is over'
        : `the hold "${hold.mode}"`
      : `generation ${object.generation}`;
  return {
    type: 'again',
    afterMs: LOOK_AGAIN_MS,
    code: 'WorkflowPending',
    message: `The workflow has not acknowledged ${missing} yet.`,
  };
}

function settledResult(wanted: Wanted, hold: Hold | undefined): Result {
  const state = effectiveState(wanted);
  if (state === 'running')
    return { type: 'done', reason: 'Running', message: 'The workflow runs at this generation.' };
  const because = state === wanted.desiredState || hold === undefined ? 'as declared' : holdText(hold);
  return {
    type: 'done',
    reason: state === 'stopped' ? 'Stopped' : 'Paused',
    message: `The agent is ${state}, ${because}.`,
  };
}

function holdText({ mode, actor, reason, expiresAt }: Hold): string {
  const until = expiresAt === undefined ? '' : ` until ${expiresAt}`;
  return `by the hold "${mode}" of ${actor}${until}: ${reason}`;
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
