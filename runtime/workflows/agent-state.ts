// What an agent's loop knows, and how a directive, a hold or a message changes it. Pure functions over frozen data, so
// that every rule is tested as a table and replays the same. Must never read the clock, draw a random number or import
// the workflow SDK.

import type {
  AgentCarriedState,
  AgentDirective,
  AgentInput,
  AgentMessage,
  AgentState,
} from '../../crds/agent-workflow.ts';
import { MOST_MESSAGES_WAITING, refusals, stateOf, stricter } from '../../crds/agent-workflow.ts';

type RunState = AgentDirective['desiredState'];
export type RefusalType = (typeof refusals)[keyof typeof refusals];

export interface Refusal {
  readonly type: RefusalType;
  readonly message: string;
}

export interface LoopState {
  readonly directive: AgentDirective;
  /** Held by signal: no turn is taken, whatever is declared. The directive may hold it besides. */
  readonly held: boolean;
  /** Told to stop by signal. Final, as a directive for `stopped` is. */
  readonly stopping: boolean;
  readonly inbox: readonly AgentMessage[];
  readonly handledIds: readonly string[];
  readonly messagesHandled: number;
}

/** Ids remembered; a message sent again later than this many others is taken for a new one. */
export const MOST_IDS_REMEMBERED = 256;

export function startState(input: AgentInput): LoopState {
  return {
    directive: input.directive,
    held: input.carried?.held ?? false,
    stopping: false,
    inbox: input.carried?.inbox ?? [],
    handledIds: input.carried?.handledIds ?? [],
    messagesHandled: input.carried?.messagesHandled ?? 0,
  };
}

export function effectiveState(state: LoopState): RunState {
  const hold = state.stopping ? 'stopped' : state.held ? 'paused' : 'running';
  return stricter(stateOf(state.directive), hold);
}

export function refuseDirective(state: LoopState, next: AgentDirective): Refusal | undefined {
  const { fence, generation } = state.directive;
  if (next.fence < fence) {
    return {
      type: refusals.staleDirective,
      message: `The directive has fence ${next.fence}, the agent follows fence ${fence}: another controller has taken over.`,
    };
  }
  // Under one lease generations only grow, so a lower one is a delivery that came late. Under a new lease the store is
  // believed even when it went back, as after a restore.
  if (next.fence === fence && next.generation < generation) {
    return {
      type: refusals.staleDirective,
      message: `The directive has generation ${next.generation}, the agent has already applied ${generation}.`,
    };
  }
  if (effectiveState(state) === 'stopped' && stateOf(next) !== 'stopped') {
    return {
      type: refusals.agentStopped,
      message: 'The agent is stopping; start its workflow anew once it has closed.',
    };
  }
  return undefined;
}

export function applyDirective(state: LoopState, directive: AgentDirective): LoopState {
  return afterStop(state, { ...state, directive });
}

export function hold(state: LoopState): LoopState {
  return { ...state, held: true };
}

export function liftHold(state: LoopState): LoopState {
  return { ...state, held: false };
}

export function stop(state: LoopState): LoopState {
  return afterStop(state, { ...state, stopping: true });
}

/** A stopping agent finishes what it has taken in, unless it was paused: then a stop must not make it take turns. */
function afterStop(before: LoopState, after: LoopState): LoopState {
  const stopsNow = effectiveState(after) === 'stopped' && effectiveState(before) === 'paused';
  return stopsNow ? { ...after, inbox: [] } : after;
}

export function isWaiting(state: LoopState, id: string): boolean {
  return state.inbox.some((message) => message.id === id);
}

export function isHandled(state: LoopState, id: string): boolean {
  return state.handledIds.includes(id);
}

export function refuseMessage(state: LoopState, message: AgentMessage): Refusal | undefined {
  if (isHandled(state, message.id) || isWaiting(state, message.id)) return undefined;
  if (effectiveState(state) === 'stopped') {
    return { type: refusals.agentStopped, message: 'The agent is stopped and takes no message.' };
  }
  if (state.inbox.length >= MOST_MESSAGES_WAITING) {
    return {
      type: refusals.inboxFull,
      message: `${state.inbox.length} messages wait for this agent, which is as many as may. Send again later.`,
    };
  }
  return undefined;
}

export function takeIn(state: LoopState, message: AgentMessage): LoopState {
  if (isHandled(state, message.id) || isWaiting(state, message.id)) return state;
  return { ...state, inbox: [...state.inbox, { id: message.id, text: message.text }] };
}

/** The message whose turn it is: none while paused, the rest of the inbox while stopping. */
export function nextMessage(state: LoopState): AgentMessage | undefined {
  return effectiveState(state) === 'paused' ? undefined : state.inbox[0];
}

export function recordHandled(state: LoopState, id: string): LoopState {
  return {
    ...state,
    inbox: state.inbox.filter((message) => message.id !== id),
    handledIds: [...state.handledIds, id].slice(-MOST_IDS_REMEMBERED),
    messagesHandled: state.messagesHandled + 1,
  };
}

/** What the next run starts from. A stopped agent completes and is never carried over. */
export function carryOver(state: LoopState): AgentCarriedState {
  const { held, messagesHandled, inbox, handledIds } = state;
  return { held, messagesHandled, inbox, handledIds };
}

export function describeState(uid: string, state: LoopState): AgentState {
  return {
    uid,
    generation: state.directive.generation,
    desiredState: state.directive.desiredState,
    effectiveState: effectiveState(state),
    held: state.held || state.directive.hold !== undefined,
    messagesHandled: state.messagesHandled,
    messagesWaiting: state.inbox.length,
  };
}
