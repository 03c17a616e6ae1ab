// Handing a directive to an agent's workflow, starting the workflow where none runs.

import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import {
  AGENT_TASK_QUEUE,
  AGENT_WORKFLOW_TYPE,
  type AgentInput,
  type AgentState,
  APPLY_DIRECTIVE,
  MEMO_UID,
  refusals,
  stateOf,
  workflowIdOf,
} from '../../crds/agent-workflow.ts';
import { isDeadline, isRefusal, unlessMissing } from './temporal-errors.ts';

const ACKNOWLEDGE_MS = 5_000;

export type WithDeadline = <T>(call: () => Promise<T>, ms?: number) => Promise<T>;

type AgentWorkflow = (input: AgentInput) => Promise<AgentState>;

/**
 * Starts the workflow if it does not run, unless only to stop it, and hands it the directive. Not being acknowledged in time
 * is no error here: the directive is in the workflow's history, and a later look will see the acknowledgement.
 */
export async function deliver(client: Client, input: AgentInput, withDeadline: WithDeadline): Promise<void> {
  const acknowledged = withDeadline(() => update(client, input), ACKNOWLEDGE_MS).catch((error: unknown) => {
    if (!isDeadline(error) && !isRefusal(error, refusals.agentStopped)) throw error;
  });
  // The client's own retries can outlast the deadline.
  const late = new AbortController();
  try {
    await Promise.race([
      acknowledged,
      delay(ACKNOWLEDGE_MS, undefined, { signal: late.signal }).catch(() => {}),
    ]);
  } finally {
    late.abort();
    acknowledged.catch(() => {});
  }
}

async function update(client: Client, input: AgentInput): Promise<void> {
  const { directive, uid } = input;
  const workflowId = workflowIdOf(uid);
  const args: [AgentInput['directive']] = [directive];
  // One id for all tries of a directive: Temporal takes few updates at a time, and each try under an id of its own would
  // count. A fence is new with every lease, so a directive that another lease sends is another update.
  const held = directive.hold === undefined ? '' : `/${directive.hold}`;
  const updateId = `directive/${directive.fence}/${directive.generation}${held}`;
  if (stateOf(directive) === 'stopped') {
    // It may have ended since it was looked at, by a directive sent before; a start would be a second run for nothing.
    const handle = client.workflow.getHandle(workflowId);
    return await unlessMissing(handle.executeUpdate(APPLY_DIRECTIVE, { args, updateId }));
  }
  const startWorkflowOperation = new WithStartWorkflowOperation<AgentWorkflow>(AGENT_WORKFLOW_TYPE, {
    workflowId,
    taskQueue: AGENT_TASK_QUEUE,
    args: [input],
    memo: { [MEMO_UID]: uid },
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  });
  await client.workflow.executeUpdateWithStart(APPLY_DIRECTIVE, { args, updateId, startWorkflowOperation });
}
