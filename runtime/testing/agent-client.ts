// Drives one agent the way the controller and its users do. Promises to use only the names in `crds/agent-workflow.ts`.

import { type Client, WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import {
  AGENT_TASK_QUEUE,
  AGENT_WORKFLOW_TYPE,
  type AgentDirective,
  type AgentInput,
  type AgentState,
  APPLY_DIRECTIVE,
  MEMO_UID,
  MESSAGE,
  type MessageAnswer,
  STATE,
  workflowIdOf,
} from '../../crds/agent-workflow.ts';

export interface AgentClient {
  readonly handle: WorkflowHandle;
  /** Starts the workflow where none runs, delivers the directive, waits for the acknowledgement. */
  direct(directive: Partial<AgentDirective>): Promise<AgentState>;
  send(id: string): Promise<MessageAnswer>;
  state(): Promise<AgentState>;
}

export function agentClient(client: Client, uid: string): AgentClient {
  const handle = client.workflow.getHandle(workflowIdOf(uid));
  return {
    handle,
    direct(partial) {
      const directive: AgentDirective = { generation: 1, desiredState: 'running', fence: 1, ...partial };
      const input: AgentInput = { uid, org: 'acme', name: 'helper', directive };
      const start = new WithStartWorkflowOperation(AGENT_WORKFLOW_TYPE, {
        workflowId: workflowIdOf(uid),
        taskQueue: AGENT_TASK_QUEUE,
        args: [input],
        memo: { [MEMO_UID]: uid },
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
      return client.workflow.executeUpdateWithStart<Workflow, AgentState, [AgentDirective]>(APPLY_DIRECTIVE, {
        args: [directive],
        startWorkflowOperation: start,
      });
    },
    send: (id) =>
      handle.executeUpdate<MessageAnswer, [{ id: string; text: string }]>(MESSAGE, {
        args: [{ id, text: `text of ${id}` }],
      }),
    state: () => handle.query<AgentState>(STATE),
  };
}
