import { expect, test } from '@jest/globals';
import { type Condition, conditionOf, type Status, statusSchema } from '../../crds/api.ts';
import type { Result } from './reconciler.ts';
import { nextStatus, sameButWords, sameStatus, wasReady } from './status.ts';

const BEFORE = '2026-01-01T00:00:00.000000Z';
const NOW = '2026-02-02T00:00:00.000000Z';
const done: Result = { type: 'done', reason: 'Available', message: 'It serves.' };
const again: Result = { type: 'again', afterMs: 5, code: 'NamespacePending', message: 'Not yet.' };
const retry: Result = { type: 'retry', code: 'BackendUnavailable', message: 'No answer.' };
const terminal: Result = {
  type: 'terminal',
  code: 'ReferenceNotFound',
  message: 'No such budget.',
  field: '/spec/budget',
};

const empty: Status = { observedGeneration: 0, conditions: [], externalIds: {} };
const after = (before: Status, result: Result, generation = 1, now = BEFORE): Status =>
  nextStatus({ before, generation, result, externalIds: { id: 'x' } }, now);
const shown = (status: Status) =>
  status.conditions.map(({ type, status: value, reason }) => `${type}=${value} ${reason}`);

test.each([
  { why: 'done', result: done, conditions: ['Ready=True Available', 'Synced=True ReconcileSuccess'] },
  {
    why: 'again: the world needs time',
    result: again,
    conditions: [
      'Ready=False NamespacePending',
      'Synced=True ReconcileSuccess',
      'Reconciling=True NamespacePending',
    ],
  },
  {
    why: 'retry of what never stood',
    result: retry,
    conditions: [
      'Ready=False BackendUnavailable',
      'Synced=False BackendUnavailable',
      'Reconciling=True BackendUnavailable',
    ],
  },
  {
    why: 'terminal',
    result: terminal,
    conditions: [
      'Ready=False ReferenceNotFound',
      'Synced=False ReferenceNotFound',
      'Stalled=True ReferenceNotFound',
    ],
  },
])('a status tells how the pass ended: $why', ({ result, conditions }) => {
  const status = after(empty, result, 3);
  expect(shown(status)).toEqual(conditions);
  expect(statusSchema.parse(status)).toMatchObject({ observedGeneration: 3, externalIds: { id: 'x' } });
  expect(new Set(status.conditions.map(({ observedGeneration }) => observedGeneration))).toEqual(
    new Set([3]),
  );
});

test('a terminal result names the field that is to blame', () => {
  const status = after(empty, terminal);
  expect(conditionOf(status, 'Ready')?.field).toBe('/spec/budget');
  expect(conditionOf(status, 'Stalled')?.field).toBe('/spec/budget');
});

test.each([
  { why: 'ready at this generation', before: after(empty, done, 2), ready: 'True Available' },
  { why: 'not ready at this generation', before: after(empty, again, 2), ready: 'False NamespacePending' },
  { why: 'ready at the generation before', before: after(empty, done, 1), ready: 'False BackendUnavailable' },
])('a backend that cannot be asked does not make what stood there worse: $why', ({ before, ready }) => {
  const status = after(before, retry, 2);
  const { status: value, reason } = conditionOf(status, 'Ready') ?? {};
  expect(`${value} ${reason}`).toBe(ready);
  expect(conditionOf(status, 'Synced')?.status).toBe('False');
});

test('a condition keeps its time while its status stays, also when the reason changes', () => {
  const waiting = after(empty, again, 1, BEFORE);
  const still = after(waiting, { ...again, code: 'NamespaceTerminating' }, 2, NOW);
  expect(conditionOf(still, 'Ready')).toMatchObject({
    reason: 'NamespaceTerminating',
    lastTransitionTime: BEFORE,
  });
  const ready = after(still, done, 2, NOW);
  expect(conditionOf(ready, 'Ready')?.lastTransitionTime).toBe(NOW);
  expect(conditionOf(ready, 'Synced')?.lastTransitionTime).toBe(BEFORE);
});

test('what no longer holds is gone', () => {
  const ready = after(after(empty, terminal), done);
  expect(ready.conditions.map(({ type }) => type)).toEqual(['Ready', 'Synced']);
});

test.each([done, again, retry, terminal])('the same result twice says the same: $type', (result) => {
  const first = after(empty, result, 1, BEFORE);
  expect(sameStatus(first, after(first, result, 1, NOW))).toBe(true);
});

const ready = after(empty, done);
const withReady = (change: Partial<Condition>): Status => ({
  ...ready,
  conditions: ready.conditions.map((condition) =>
    condition.type === 'Ready' ? { ...condition, ...change } : condition,
  ),
});

test.each([
  { why: 'itself', other: ready, same: true },
  { why: 'another time', other: withReady({ lastTransitionTime: NOW }), same: true },
  {
    why: 'another order of conditions',
    other: { ...ready, conditions: ready.conditions.toReversed() },
    same: true,
  },
  { why: 'another message', other: withReady({ message: 'x' }), same: false },
  { why: 'another reason', other: withReady({ reason: 'x' }), same: false },
  { why: 'another status', other: withReady({ status: 'Unknown' }), same: false },
  { why: 'a field', other: withReady({ field: '/spec/x' }), same: false },
  { why: 'another generation of a condition', other: withReady({ observedGeneration: 2 }), same: false },
  { why: 'another generation', other: { ...ready, observedGeneration: 2 }, same: false },
  { why: 'another id', other: { ...ready, externalIds: { id: 'y' } }, same: false },
  { why: 'one more id', other: { ...ready, externalIds: { id: 'x', b: 'y' } }, same: false },
  { why: 'a condition less', other: { ...ready, conditions: ready.conditions.slice(1) }, same: false },
] as { why: string; other: Status; same: boolean }[])(
  'two statuses say the same or not: $why',
  ({ other, same }) => {
    expect(sameStatus(ready, other)).toBe(same);
    expect(sameStatus(other, ready)).toBe(same);
  },
);

test.each([
  { why: 'ready at the generation', status: ready, generation: 1, was: true },
  { why: 'ready at an older one: the spec has changed since', status: ready, generation: 2, was: false },
  { why: 'not ready', status: after(empty, again), generation: 1, was: false },
  { why: 'never looked at', status: empty, generation: 1, was: false },
  { why: 'ready, and the last try failed', status: after(ready, retry), generation: 1, was: true },
])('what differs now is drift only if it was as declared: $why', ({ status, generation, was }) => {
  expect(wasReady(status, generation)).toBe(was);
});

test('a hold is shown while it lasts; another reason for it is news to the status alone', () => {
  const hold = { mode: 'pause', actor: 'ops', reason: 'a', createdAt: '' } as const;
  const held = (more: object = {}) => ({ ...ready, hold: { ...hold, ...more } });
  expect(sameStatus(ready, held())).toBe(false);
  expect(sameStatus(held(), held({ reason: 'b' }))).toBe(false);
  expect(sameButWords(held(), held({ reason: 'b' }))).toBe(true);
  const input = { before: held(), generation: 1, result: done, externalIds: {} };
  expect(nextStatus({ ...input, hold }, 'now').hold).toEqual(hold);
  expect(nextStatus(input, 'now')).not.toHaveProperty('hold');
});

test('a wait that goes on in other words is the same wait; another reason or generation is not', () => {
  const waiting = after(empty, again);
  expect(sameButWords(waiting, after(waiting, { ...again, message: 'Other words.' }))).toBe(true);
  expect(sameButWords(waiting, after(waiting, { ...again, code: 'WorkflowPending' }))).toBe(false);
  expect(sameButWords(waiting, after(waiting, again, 2))).toBe(false);
  expect(sameButWords(ready, after(ready, retry))).toBe(false);
});
