// AgentWorkflow: one agent as a durable loop. Promises: a directive is acknowledged once it is applied; a message is
// handled once, in order, and none is lost when the history is closed and continued. Must never do I/O, nor decide
// anything that `agent-state.ts` could decide.

import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  patched,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  AgentDirective,
  AgentInput,
  AgentMessage,
  AgentState,
  MessageAnswer,
} from '../../crds/agent-workflow.ts';
import {
  APPLY_DIRECTIVE,
  MEMO_GENERATION,
  MEMO_HOLD,
  MESSAGE,
  PAUSE,
  RESUME,
  refusals,
  STATE,
  STOP,
} from '../../crds/agent-workflow.ts';
import { refuseDirectiveForm, refuseMessageForm } from './agent-form.ts';
import type { Refusal } from './agent-state.ts';
import {
  applyDirective,
  carryOver,
  describeState,
  effectiveState,
  hold,
  isHandled,
  isWaiting,
  liftHold,
  nextMessage,
  recordHandled,
  refuseDirective,
  refuseMessage,
  startState,
  stop,
  takeIn,
} from './agent-state.ts';

const directiveUpdate = defineUpdate<AgentState, [AgentDirective]>(APPLY_DIRECTIVE);
const messageUpdate = defineUpdate<MessageAnswer, [AgentMessage]>(MESSAGE);
const stateQuery = defineQuery<AgentState>(STATE);

/** Far below what Temporal tolerates, so that a worker that lost its cache replays an agent in milliseconds. */
const longHistory = 1000;

export async function AgentWorkflow(input: AgentInput): Promise<AgentState> {
  let state = startState({ ...input, directive: asUnderstood(input.directive) });
  // Set while the history waits to be closed: whoever waits for an answer is let go, for a handler that is still open
  // then would fail its sender although its message is carried over.
  let closing = false;
  const describe = (): AgentState => describeState(input.uid, state);

  // Handlers come before the first await: what arrives in the first task must find them.
  setHandler(stateQuery, describe);
  setHandler(defineSignal(PAUSE), () => {
    state = hold(state);
  });
  setHandler(defineSignal(RESUME), () => {
    state = liftHold(state);
  });
  setHandler(defineSignal(STOP), () => {
    state = stop(state);
  });
  setHandler(
    directiveUpdate,
    (directive) => {
      const before = state.directive;
      const after = asUnderstood(directive);
      state = applyDirective(state, after);
      if (after.generation !== before.generation || after.hold !== before.hold) noteDirective(after, before);
      return describe();
    },
    // Synchronous, and run in one go with the handler: an async validator would refuse nothing.
    { validator: (directive) => refuse(refuseDirectiveForm(directive) ?? refuseDirective(state, directive)) },
  );
  setHandler(
    messageUpdate,
    async (message) => {
      state = takeIn(state, message);
      await condition(() => closing || !isWaiting(state, message.id));
      const handled = isHandled(state, message.id);
      if (!handled && !isWaiting(state, message.id)) {
        throw failureOf({
          type: refusals.agentStopped,
          message: 'The agent was stopped before it came to this message.',
        });
      }
      return { handled, state: describe() };
    },
    { validator: (message) => refuse(refuseMessageForm(message) ?? refuseMessage(state, message)) },
  );

  refuse(refuseDirectiveForm(input.directive));
  noteDirective(state.directive);

  for (;;) {
    await condition(() => nextMessage(state) !== undefined || isStopped() || isHistoryLong());
    const message = nextMessage(state);
    if (message) {
      // A turn is nothing but its record until an agent calls a model.
      state = recordHandled(state, message.id);
    } else if (isStopped()) {
      await condition(allHandlersFinished);
      return describe();
    } else {
      closing = true;
      await condition(() => allHandlersFinished() || nextMessage(state) !== undefined || isStopped());
      closing = false;
      if (allHandlersFinished() && nextMessage(state) === undefined && !isStopped()) {
        await continueAsNew<typeof AgentWorkflow>({
          ...input,
          directive: state.directive,
          carried: carryOver(state),
        });
      }
    }
  }

  function isStopped(): boolean {
    return effectiveState(state) === 'stopped';
  }
}

function isHistoryLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength >= longHistory || continueAsNewSuggested;
}

/** A hold is noted only where there is or was one: what was written before there were holds must replay the same. */
function noteDirective(directive: AgentDirective, before?: AgentDirective): void {
  const hold = directive.hold ?? null;
  const noted = hold !== null || before?.hold !== undefined;
  upsertMemo({ [MEMO_GENERATION]: directive.generation, ...(noted && { [MEMO_HOLD]: hold }) });
}

/** A worker of the release before holds took no notice of them; what it did then is what a replay must do. */
function asUnderstood(directive: AgentDirective): AgentDirective {
  if (directive.hold === undefined || patched('directive-hold')) return directive;
  const { hold: _unknown, ...known } = directive;
  return known;
}

function refuse(refusal: Refusal | undefined): void {
  if (refusal) throw failureOf(refusal);
}

function failureOf({ type, message }: Refusal): ApplicationFailure {
  return type === refusals.inboxFull
    ? ApplicationFailure.retryable(message, type)
    : ApplicationFailure.nonRetryable(message, type);
}
