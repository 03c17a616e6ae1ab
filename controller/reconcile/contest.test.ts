import { expect, test } from '@jest/globals';
import type { Repairs, Status } from '../../crds/api.ts';
import { repairsAfter, unlessContested } from './contest.ts';
import type { Result, Step } from './reconciler.ts';
import { nextStatus } from './status.ts';

const done: Result = { type: 'done', reason: 'Available', message: '' };
const step = (column: string): Step => ({
  in: 'postgres',
  do: 'upsertRow',
  table: 't',
  found: 'changed',
  columns: [column],
});
const at = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** What an object does when something changes it at these times and it is looked at whenever it is due, or swept. */
function fight(changes: (second: number) => boolean, seconds: number): { status: Status; repairs: number[] } {
  let status: Status = nextStatus({ before: empty, generation: 1, result: done, externalIds: {} }, at(0));
  let due = 0;
  const repaired: number[] = [];
  for (let second = 1; second <= seconds; second++) {
    if (second < due) continue;
    const changed = changes(second);
    // Without a look that is due, only a sweep that finds something brings one.
    if (due === 0 && !changed) continue;
    if (changed) repaired.push(second);
    const repairs = repairsAfter(status, 1, changed ? [step('x')] : [], at(second));
    const result = unlessContested(done, repairs, at(second));
    due = result.type === 'contested' ? second + result.afterMs / 1000 : 0;
    status = nextStatus({ before: status, generation: 1, result, externalIds: {}, repairs }, at(second));
  }
  return { status, repairs: repaired };
}

const empty: Status = { observedGeneration: 0, conditions: [], externalIds: {} };
const stalled = ({ conditions }: Status) =>
  conditions.filter(({ type }) => type === 'Stalled').map(({ reason }) => reason);

test('what is changed without end is put right ever more seldom, down to once a minute, and says so', () => {
  const { status, repairs } = fight(() => true, 600);
  expect(repairs.slice(0, 11)).toEqual([1, 2, 3, 4, 5, 7, 11, 19, 35, 67, 127]);
  expect(repairs).toHaveLength(18);
  expect(stalled(status)).toEqual(['Contested']);
  expect(status.conditions[0]).toMatchObject({ type: 'Ready', status: 'False', reason: 'Contested' });
  expect(status.conditions[0]?.message).toContain('correct the row of t: x');
});

test('what looks right every other time is still contested', () => {
  let seed = 7;
  const coin = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed > 1073741824;
  };
  const { status, repairs } = fight(coin, 600);
  expect(stalled(status)).toEqual(['Contested']);
  expect(repairs.length).toBeLessThan(25);
});

test('when the fight ends, the object is ready again and nothing looks at it any more', () => {
  const { status, repairs } = fight((second) => second < 30, 200);
  expect(stalled(status)).toEqual([]);
  expect(status.conditions[0]).toMatchObject({ type: 'Ready', status: 'True', reason: 'Available' });
  expect(status.repairs).toMatchObject({
    count: repairs.length,
    since: at(1),
    last: at(repairs.at(-1) ?? 0),
  });
});

test('a fight that begins again soon is known at once; one that begins much later is a new one', () => {
  const soon = fight((second) => second < 30 || second > 200, 201);
  expect(stalled(soon.status)).toEqual(['Contested']);
  const later = fight((second) => second < 30 || second > 1_000, 1_001);
  expect(stalled(later.status)).toEqual([]);
  expect(later.status.repairs).toMatchObject({ count: 1, since: at(1_001) });
});

test('single repairs, far from each other, are never a fight', () => {
  const { status } = fight((second) => second % 700 === 0, 7_000);
  expect(status.repairs).toMatchObject({ count: 1 });
  expect(stalled(status)).toEqual([]);
});

test.each<[string, Status, readonly Step[]]>([
  ['a pass without steps', fight(() => true, 3).status, []],
  ['a first pass over an object', empty, [step('x')]],
  ['a pass over another generation', { ...fight(() => true, 3).status, observedGeneration: 0 }, []],
])('%s is no repair', (_what, before, steps) => {
  expect(repairsAfter(before, 1, steps, at(9))).toBe(before.repairs);
});

test('only what ended well is contested: a failure says itself what is wrong', () => {
  const repairs: Repairs = { count: 99, since: at(0), last: at(1), what: 'x' };
  const retry: Result = { type: 'retry', code: 'BackendUnavailable', message: '' };
  expect(unlessContested(retry, repairs, at(1))).toBe(retry);
  expect(unlessContested(done, repairs, at(1))).toMatchObject({ type: 'contested', afterMs: 60_000 });
});
