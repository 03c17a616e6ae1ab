import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs } from './backoff.ts';

test.each([
  { why: 'the first failure', attempts: 0, least: 250, most: 500 },
  { why: 'the second', attempts: 1, least: 500, most: 1_000 },
  { why: 'the last that doubles', attempts: 6, least: 16_000, most: 32_000 },
  { why: 'the longest', attempts: 7, least: 30_000, most: 60_000 },
  { why: 'failing for a year', attempts: 1_000_000, least: 30_000, most: 60_000 },
])('waits double up to a minute: $why', ({ attempts, least, most }) => {
  expect(backoffMs(attempts, () => 0)).toBe(least);
  expect(backoffMs(attempts, () => 1)).toBe(most);
});

test('every wait is between a quarter of a second and a minute, and the jitter takes at most half', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
      const wait = backoffMs(attempts, () => random);
      return (
        Number.isInteger(wait) && wait >= 250 && wait <= 60_000 && wait >= backoffMs(attempts, () => 1) / 2
      );
    }),
  );
});

test('what failed together does not come back together', () => {
  expect(new Set(Array.from({ length: 50 }, () => backoffMs(7))).size).toBeGreaterThan(40);
});
