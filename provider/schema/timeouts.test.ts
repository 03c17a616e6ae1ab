// Durations as Terraform users write them.

import { expect, test } from '@jest/globals';
import { durationMs, durationText } from '../sdk/schema/duration.ts';
import { timeoutMs } from './timeouts.ts';

test.each([
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['250ms', 250],
])('%s is %i ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each([
  [250, '250ms'],
  [90_000, '1m30s'],
  [300_000, '5m'],
])('%i ms is said as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('five minutes when nothing is said, and what is said for that operation only', () => {
  expect(timeoutMs({ timeouts: null }, 'create')).toBe(300_000);
  const state = { timeouts: { create: '1s', update: null, delete: null } };
  expect([timeoutMs(state, 'create'), timeoutMs(state, 'delete')]).toEqual([1_000, 300_000]);
});
