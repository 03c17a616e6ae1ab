// The queue of keys against what client-go promises of its own.

import { expect, test } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.ts';
import { keyQueue } from './queue.ts';

const unused = (): void => {
  throw new Error('nothing fails here');
};

test('a key is worked on by one at a time, and once more for all that came meanwhile', async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  let [atOnce, most, runs] = [0, 0, 0];
  const queue = keyQueue(
    4,
    async () => {
      runs += 1;
      most = Math.max(most, ++atOnce);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      atOnce -= 1;
      return undefined;
    },
    unused,
  );
  for (let count = 0; count < 5; count++) queue.add('a');
  for (let count = 0; count < 5; count++) queue.add('a');
  expect(runs).toBe(1);
  gates[0]?.resolve();
  await eventually(
    'it runs again',
    async () => runs,
    (count) => count === 2,
  );
  gates[1]?.resolve();
  await queue.stop();
  expect([runs, most, queue.size()]).toEqual([2, 1, 0]);
});

test('no more keys at once than there are workers, and none is forgotten', async () => {
  let [atOnce, most] = [0, 0];
  const seen = new Set<string>();
  const queue = keyQueue(
    3,
    async (key) => {
      most = Math.max(most, ++atOnce);
      await new Promise(setImmediate);
      atOnce -= 1;
      seen.add(key);
      return undefined;
    },
    unused,
  );
  for (let count = 0; count < 100; count++) queue.add(String(count));
  await eventually(
    'all were seen',
    async () => seen.size,
    (size) => size === 100,
  );
  expect(most).toBe(3);
  await queue.stop();
});

test('what fails comes again, and is told; a change does not wait for that', async () => {
  const failures: string[] = [];
  let runs = 0;
  const queue = keyQueue(
    1,
    async () => {
      runs += 1;
      if (runs < 3) throw new Error(`no ${runs}`);
      return undefined;
    },
    (key, error) => failures.push(`${key} ${String(error)}`),
  );
  queue.add('a');
  await eventually(
    'it failed',
    async () => failures.length,
    (count) => count === 1,
  );
  queue.add('a');
  expect(runs).toBe(2);
  await eventually(
    'it came again',
    async () => runs,
    (count) => count === 3,
  );
  expect(failures).toEqual(['a Error: no 1', 'a Error: no 2']);
  await queue.stop();
});

test('a key asks to be looked at again later; a change before that comes first', async () => {
  let runs = 0;
  const queue = keyQueue(1, async () => (++runs === 1 ? { afterMs: 600_000 } : undefined), unused);
  queue.add('a');
  await eventually(
    'it ran',
    async () => runs,
    (count) => count === 1,
  );
  queue.add('a');
  await eventually(
    'it ran again',
    async () => runs,
    (count) => count === 2,
  );
  await queue.stop();
});

test('once stopped it takes nothing more and leaves no timer', async () => {
  let runs = 0;
  const queue = keyQueue(
    1,
    async () => {
      runs += 1;
      return { afterMs: 600_000 };
    },
    unused,
  );
  queue.add('a');
  await queue.stop();
  queue.add('b');
  await new Promise(setImmediate);
  expect([runs, queue.size()]).toEqual([1, 0]);
});
