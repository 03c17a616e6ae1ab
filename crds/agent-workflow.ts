// The messages between the controller and AgentWorkflow, and the names they travel under. Plain data only: the workflow
// sandbox imports this file, so it may not pull in anything that does I/O.

import type { DesiredState } from './agent.ts';
import type { HeldState } from './hold.ts';

export const AGENT_WORKFLOW_TYPE = 'AgentWorkflow';
export const AGENT_TASK_QUEUE = 'lattice-agents';

export const workflowIdOf = (uid: string): string => `agent/${uid}`;
export const namespaceOf = (org: string): string => `lattice-org-${org}`;

/** The part of an agent's spec that steers its loop. Content (instructions, messages) stays in Postgres. */
export interface AgentDirective {
  readonly generation: number;
  readonly desiredState: DesiredState;
  /** What the holds in force keep the agent in, whatever is declared; absent when none is. */
  readonly hold?: HeldState;
  /** Grows with every lease of the object; the workflow refuses a directive with a lower one (a woken, old controller). */
  readonly fence: number;
}

const strictness: Readonly<Record<DesiredState, number>> = { running: 0, paused: 1, stopped: 2 };

export function stricter(a: DesiredState, b: DesiredState): DesiredState {
  return strictness[a] >= strictness[b] ? a : b;
}

/** What a directive comes to: the stricter of what is declared and its hold. */
export function stateOf({ desiredState, hold }: AgentDirective): DesiredState {
  return stricter(desiredState, hold ?? 'running');
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
  /** Ids of the messages handled last, oldest first, so that one that is sent again is not handled again. */
  readonly handledIds: readonly string[];
}

export interface AgentMessage {
  /** Chosen by the sender, kept when it sends again: the same id is handled once. */
  readonly id: string;
  readonly text: string;
}

export interface AgentState {
  readonly uid: string;
  readonly generation: number;
  readonly desiredState: DesiredState;
  /** The stricter of what is declared and of a hold. */
  readonly effectiveState: DesiredState;
  /** By a hold that the controller delivered, or by signal. */
  readonly held: boolean;
  readonly messagesHandled: number;
  readonly messagesWaiting: number;
}

export interface MessageAnswer {
  /**
   * False only when a paused agent's long history was closed while the message waited: the message is kept and will be
   * handled. Whoever wants the answer sends the same id again.
   */
  readonly handled: boolean;
  readonly state: AgentState;
}

/** Update: apply a directive; the answer, an AgentState, is the acknowledgement. */
export const APPLY_DIRECTIVE = 'applyDirective';
/** Update: hand over a message; the answer, a MessageAnswer, comes after it was handled. */
export const MESSAGE = 'message';
/**
 * Signals: hold the agent, lift the hold, stop it for good. For whoever works on Temporal itself: a signal has neither a fence nor
 * an acknowledgement, so the controller's holds come with the directive.
 */
export const PAUSE = 'pause';
export const RESUME = 'resume';
export const STOP = 'stop';
/** Query: the AgentState. */
export const STATE = 'state';
/** Memo key under which the workflow notes the generation that it has acknowledged, readable without a worker. */
export const MEMO_GENERATION = 'latticeGeneration';
/** Memo key under which the workflow notes the hold of the directive that it has acknowledged; absent when there is none. */
export const MEMO_HOLD = 'latticeHold';
/** Memo key with the agent's uid: the mark by which a sweep knows that a workflow is ours. Set by whoever starts it. */
export const MEMO_UID = 'latticeUid';

/** Types of the failures with which the workflow refuses. None is worth sending again as it is, but `InboxFull`. */
export const refusals = {
  /** The directive comes from a lease that has been taken over, or is older than the one that was applied. */
  staleDirective: 'StaleDirective',
  /** The agent is stopped or stopping. A directive for a running agent has to start its workflow anew. */
  agentStopped: 'AgentStopped',
  /** As many messages wait as may; send again later. */
  inboxFull: 'InboxFull',
  /** The input does not have the form that is described here. */
  malformed: 'Malformed',
} as const;

/** Most messages that wait at once. Temporal allows 10 updates in flight a run, and a directive must always get through. */
export const MOST_MESSAGES_WAITING = 6;
