// The messages between the controller and AgentWorkflow, and the names they travel under. Plain data only: the workflow
// sandbox imports this file, so it may not pull in anything that does I/O.

import type { DesiredState } from './agent.ts';

export const AGENT_WORKFLOW_TYPE = 'AgentWorkflow';
export const AGENT_TASK_QUEUE = 'lattice-agents';

export const workflowIdOf = (uid: string): string => `agent/${uid}`;
export const namespaceOf = (org: string): string => `lattice-org-${org}`;

/** The part of an agent's spec that steers its loop. Content (instructions, messages) stays in Postgres. */
export interface AgentDirective {
  readonly generation: number;
  readonly desiredState: DesiredState;
  /** Grows with every lease of the object; the workflow refuses a directive with a lower one (a woken, old controller). */
  readonly fence: number;
}

/** What the workflow is started with, and carries over when it continues as new. */
export interface AgentInput {
  readonly uid: string;
  readonly org: string;
  readonly name: string;
  readonly directive: AgentDirective;
  readonly carried?: AgentCarriedState;
}

export interface AgentCarriedState {
  readonly held: boolean;
  readonly messagesHandled: number;
  /** Messages taken in and not handled yet. */
  readonly inbox: readonly AgentMessage[];
}

export interface AgentMessage {
  readonly id: string;
  readonly text: string;
}

export interface AgentState {
  readonly uid: string;
  readonly generation: number;
  readonly desiredState: DesiredState;
  /** The stricter of what is declared and of a hold. */
  readonly effectiveState: DesiredState;
  readonly held: boolean;
  readonly messagesHandled: number;
}

/** Update: apply a directive; the answer is the acknowledgement. */
export const APPLY_DIRECTIVE = 'applyDirective';
/** Update: hand over a message; the answer is the state after it was handled. */
export const MESSAGE = 'message';
/** Signals. */
export const PAUSE = 'pause';
export const RESUME = 'resume';
export const STOP = 'stop';
/** Query: the state. */
export const STATE = 'state';
/** Memo key under which the workflow notes the generation that it has acknowledged, readable without a worker. */
export const MEMO_GENERATION = 'latticeGeneration';
/** Memo key with the agent's uid: the mark by which a sweep knows that a workflow is ours. */
export const MEMO_UID = 'latticeUid';
