import { expect, test } from '@jest/globals';
import { backoffMs } from './backoff.ts';

test.each([
  [1, 125, 250],
  [2, 250, 500],
  [3, 500, 1000],
  [4, 1000, 2000],
  [400, 1000, 2000],
])('after %d failures between %d and %d ms', (failures, shortest, longest) => {
  expect(backoffMs(failures, () => 0)).toBe(shortest);
  expect(backoffMs(failures, () => 0.999999)).toBe(longest);
});
