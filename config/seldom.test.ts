import { expect, test } from '@jest/globals';
import { seldom } from './seldom.ts';

test('what repeats is said when it begins, when it changes, and then every half minute with how often it was not', () => {
  let now = 0;
  const said: [string, number][] = [];
  const report = seldom(
    (error, unsaid) => said.push([error, unsaid]),
    () => now,
  );
  for (now = 0; now < 70_000; now += 10_000) report('down');
  report('other');
  report('other');
  expect(said).toEqual([
    ['down', 0],
    ['down', 2],
    ['down', 2],
    ['other', 0],
  ]);
});
