// Turns: so many at a time, in order, and none for who has left.

import { expect, test } from '@jest/globals';
import { turns } from './turns.ts';

test('only so many run, the others in order, and who fails makes room as well', async () => {
  const { take } = turns(2);
  const { signal } = new AbortController();
  const begun: number[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const all = [0, 1, 2, 3].map((index) =>
    take(
      () =>
        new Promise<void>((resolve, reject) => {
          begun.push(index);
          ends[index] = (error) => (error === undefined ? resolve() : reject(error));
        }),
      signal,
    ),
  );
  expect(begun).toEqual([0, 1]);
  ends[1]?.(new Error('no'));
  await expect(all[1]).rejects.toThrow('no');
  ends[0]?.();
  await all[0];
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('who leaves while it waits never begins', async () => {
  const { take } = turns(1);
  const leaving = new AbortController();
  let end = (): void => {};
  const first = take(() => new Promise<void>((resolve) => (end = resolve)), new AbortController().signal);
  let began = false;
  const second = take(async () => {
    began = true;
  }, leaving.signal);
  leaving.abort(new Error('too late'));
  await expect(second).rejects.toThrow('too late');
  end();
  await first;
  expect(began).toBe(false);
});
