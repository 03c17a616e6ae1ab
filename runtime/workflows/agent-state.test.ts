import { describe, expect, test } from '@jest/globals';
import type { AgentDirective, AgentInput } from '../../crds/agent-workflow.ts';
import { MOST_MESSAGES_WAITING, stricter } from '../../crds/agent-workflow.ts';
import {
  applyDirective,
  carryOver,
  describeState,
  effectiveState,
  hold,
  type LoopState,
  liftHold,
  MOST_IDS_REMEMBERED,
  nextMessage,
  recordHandled,
  refuseDirective,
  refuseMessage,
  startState,
  stop,
  takeIn,
} from './agent-state.ts';

const directive = (changed: Partial<AgentDirective> = {}): AgentDirective => ({
  generation: 5,
  desiredState: 'running',
  fence: 10,
  ...changed,
});
const agent = (changed: Partial<AgentDirective> = {}, carried?: AgentInput['carried']): LoopState =>
  startState({
    uid: 'u',
    org: 'acme',
    name: 'helper',
    directive: directive(changed),
    ...(carried ? { carried } : {}),
  });
const message = (id: string) => ({ id, text: `text of ${id}` });
const withInbox = (state: LoopState, ...ids: string[]) =>
  ids.reduce((before, id) => takeIn(before, message(id)), state);
const idsOf = (state: LoopState) => state.inbox.map(({ id }) => id);

describe('the stricter state wins', () => {
  const states = ['running', 'paused', 'stopped'] as const;
  for (const [i, a] of states.entries()) {
    for (const [j, b] of states.entries()) {
      test(`${a} with ${b}`, () => expect(stricter(a, b)).toBe(states[Math.max(i, j)]));
    }
  }

  const cases: readonly [why: string, state: LoopState, want: AgentDirective['desiredState']][] = [
    ['nothing holds a running agent', agent(), 'running'],
    ['a hold pauses what is declared running', hold(agent()), 'paused'],
    ['a lifted hold lets it run', liftHold(hold(agent())), 'running'],
    [
      'lifting a hold does not undo a declared pause',
      liftHold(hold(agent({ desiredState: 'paused' }))),
      'paused',
    ],
    ['a hold of the directive pauses what is declared running', agent({ hold: 'paused' }), 'paused'],
    ['a hold of the directive stops what is declared running', agent({ hold: 'stopped' }), 'stopped'],
    [
      'a lifted signal does not lift the hold of the directive',
      liftHold(agent({ hold: 'paused' })),
      'paused',
    ],
    [
      'a directive without its hold lifts it',
      applyDirective(agent({ hold: 'paused' }), directive()),
      'running',
    ],
    [
      'a declared stop is not weakened by the hold of a directive',
      agent({ desiredState: 'stopped', hold: 'paused' }),
      'stopped',
    ],
    ['a declared stop is not weakened by a hold', hold(agent({ desiredState: 'stopped' })), 'stopped'],
    ['a stop by signal beats what is declared', stop(agent()), 'stopped'],
    [
      'a hold is kept through a directive',
      applyDirective(hold(agent()), directive({ generation: 6 })),
      'paused',
    ],
    [
      'a hold is kept through a new run',
      agent({}, { held: true, inbox: [], handledIds: [], messagesHandled: 0 }),
      'paused',
    ],
  ];
  test.each(cases)('%s', (_why, state, want) => expect(effectiveState(state)).toBe(want));
});

describe('refuseDirective', () => {
  const stopped = agent({ desiredState: 'stopped' });
  const cases: readonly [
    why: string,
    state: LoopState,
    next: Partial<AgentDirective>,
    want: string | undefined,
  ][] = [
    ['the same again', agent(), {}, undefined],
    ['a newer generation under the same lease', agent(), { generation: 6 }, undefined],
    ['a new lease that brings the same', agent(), { fence: 11 }, undefined],
    ['a lower fence, whatever the generation', agent(), { fence: 9, generation: 6 }, 'StaleDirective'],
    ['a late delivery of an older generation', agent(), { generation: 4 }, 'StaleDirective'],
    [
      'an older generation under a new lease: the store went back',
      agent(),
      { generation: 4, fence: 11 },
      undefined,
    ],
    ['a stopped agent told again to stop', stopped, { desiredState: 'stopped' }, undefined],
    [
      'a stopped agent told to stop by a newer one',
      stopped,
      { desiredState: 'stopped', generation: 6 },
      undefined,
    ],
    ['a stopped agent told to run', stopped, { generation: 6 }, 'AgentStopped'],
    ['an agent stopped by signal told to run', stop(agent()), { generation: 6 }, 'AgentStopped'],
    ['a halted agent told to go on', agent({ hold: 'stopped' }), {}, 'AgentStopped'],
    ['a halted agent told again to halt', agent({ hold: 'stopped' }), { hold: 'stopped' }, undefined],
    ['a hold under the same lease and generation', agent(), { hold: 'paused' }, undefined],
    ['stale matters more than stopped', stopped, { fence: 9 }, 'StaleDirective'],
  ];
  test.each(cases)('%s', (_why, state, next, want) => {
    expect(refuseDirective(state, directive(next))?.type).toBe(want);
  });
});

describe('messages', () => {
  test('are taken in order and each once', () => {
    const state = withInbox(agent(), 'a', 'b', 'a');
    expect(idsOf(state)).toEqual(['a', 'b']);
    const after = recordHandled(state, 'a');
    expect(idsOf(withInbox(after, 'a'))).toEqual(['b']);
    expect(after.messagesHandled).toBe(1);
  });

  const full = withInbox(hold(agent()), ...Array.from({ length: MOST_MESSAGES_WAITING }, (_, n) => `m${n}`));
  const cases: readonly [why: string, state: LoopState, id: string, want: string | undefined][] = [
    ['a running agent takes one', agent(), 'a', undefined],
    ['a paused agent takes one, to answer it later', hold(agent()), 'a', undefined],
    ['a stopped agent takes none', stop(agent()), 'a', 'AgentStopped'],
    [
      'a stopped agent still answers for one it handled',
      stop(recordHandled(withInbox(agent(), 'a'), 'a')),
      'a',
      undefined,
    ],
    ['a full inbox takes no more', full, 'a', 'InboxFull'],
    ['a full inbox still answers for one that is in it', full, 'm0', undefined],
  ];
  test.each(cases)('%s', (_why, state, id, want) =>
    expect(refuseMessage(state, message(id))?.type).toBe(want),
  );

  test('wait while paused and have their turn when running or stopping', () => {
    const state = withInbox(agent(), 'a');
    expect(nextMessage(state)?.id).toBe('a');
    expect(nextMessage(hold(state))).toBeUndefined();
    expect(nextMessage(stop(state))?.id).toBe('a');
  });

  test('that waited in a paused agent are given up by a stop, which must not make it take turns', () => {
    const paused = withInbox(agent({ desiredState: 'paused' }), 'a');
    expect(idsOf(stop(paused))).toEqual([]);
    expect(idsOf(applyDirective(paused, directive({ desiredState: 'stopped', generation: 6 })))).toEqual([]);
    expect(idsOf(stop(hold(withInbox(agent(), 'a'))))).toEqual([]);
  });

  test('are remembered for a bounded number of others', () => {
    const ids = Array.from({ length: MOST_IDS_REMEMBERED + 1 }, (_, n) => `m${n}`);
    const state = ids.reduce((before, id) => recordHandled(takeIn(before, message(id)), id), agent());
    expect(state.handledIds).toHaveLength(MOST_IDS_REMEMBERED);
    expect(idsOf(withInbox(state, 'm0', 'm1'))).toEqual(['m0']);
  });
});

test('a new run starts from what the old one carried over', () => {
  const before = recordHandled(withInbox(hold(agent()), 'a', 'b'), 'a');
  const after = agent({}, carryOver(before));
  expect(after).toEqual(before);
  expect(describeState('u', after)).toEqual({
    uid: 'u',
    generation: 5,
    desiredState: 'running',
    effectiveState: 'paused',
    held: true,
    messagesHandled: 1,
    messagesWaiting: 1,
  });
});
