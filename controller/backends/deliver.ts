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
  workflowIdOf,
} from '../../crds/agent-workflow.ts';
import { isDeadline, isRefusal } from './temporal-errors.ts';

const ACKNOWLEDGE_MS = 5_000;

export type WithDeadline = <T>(call: () => Promise<T>, ms?: number) => Promise<T>;

type AgentWorkflow = (input: AgentInput) => Promise<AgentState>;

/**
 * Starts the workflow if it does not run, and hands it the directive. Not being acknowledged in time is no error here: the
 * directive is in the workflow's history, and a later look will see the acknowledgement.
 */
export async function deliver(client: Client, input: AgentInput, withDeadline: WithDeadline): Promise<void> {
  const start = new WithStartWorkflowOperation<AgentWorkflow>(AGENT_WORKFLOW_TYPE, {
    workflowId: workflowIdOf(input.uid),
    taskQueue: AGENT_TASK_QUEUE,
    args: [input],
    memo: { [MEMO_UID]: input.uid },
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  });
  // One id for all tries of a directive: Temporal takes few updates at a time, and each try under an id of its own would
  // count. A fence is new with every lease, so a directive that another lease sends is another update.
  const updateId = `directive/${input.directive.fence}/${input.directive.generation}`;
  const acknowledged = withDeadline(
    () =>
      client.workflow.executeUpdateWithStart<AgentWorkflow, AgentState, [AgentInput['directive']]>(
        APPLY_DIRECTIVE,
        {
          startWorkflowOperation: start,
          args: [input.directive],
          updateId,
        },
      ),
    ACKNOWLEDGE_MS,
  ).catch((error: unknown) => {
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
