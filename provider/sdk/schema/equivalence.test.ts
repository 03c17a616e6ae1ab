// Which texts mean the same.

import { expect, test } from '@jest/globals';
import { UNKNOWN } from '../cty/value.ts';
import {
  type Equivalence,
  meansSame,
  respelled,
  sameDuration,
  sameJson,
  sameLines,
  sameTime,
} from './equivalence.ts';

const cases: readonly [why: string, same: Equivalence, left: string, right: string, is: boolean][] = [
  ['one instant in two zones', sameTime, '2027-01-31T00:00:00Z', '2027-01-31T01:00:00+01:00', true],
  ['one instant with a fraction', sameTime, '2027-01-31T00:00:00Z', '2027-01-31T00:00:00.000Z', true],
  ['two instants', sameTime, '2027-01-31T00:00:00Z', '2027-01-31T00:00:00+01:00', false],
  ['no times', sameTime, 'soon', 'later', false],
  ['one duration', sameDuration, '90s', '1m30s', true],
  ['two durations', sameDuration, '90s', '91s', false],
  ['no durations', sameDuration, 'x', 'y', false],
  ['another order of keys and white space', sameJson, '{"a":1,"b":[1,2]}', '{ "b": [1, 2], "a": 1 }', true],
  ['numbers of another spelling', sameJson, '[1.0, 1e2]', '[1, 100]', true],
  ['another order of a list', sameJson, '[1,2]', '[2,1]', false],
  ['numbers that a double cannot tell apart', sameJson, '[9007199254740993]', '[9007199254740992]', false],
  ['null and nothing', sameJson, '{"a":null}', '{}', false],
  ['no JSON', sameJson, '{', '{ ', false],
  ['other line ends', sameLines, 'a\r\nb\r\n', 'a\nb', true],
  ['other blanks within', sameLines, 'a  b', 'a b', false],
  ['other line ends in a raw string', sameLines, 'x := `a\r\nb`', 'x := `a\nb`', false],
];

test.each(cases)('%s', (_why, same, left, right, is) => {
  expect([same(left, right), same(right, left)]).toEqual([is, is]);
});

test('collections mean the same when all of their elements do; null and unknown mean only themselves', () => {
  expect(meansSame(sameDuration, ['90s', '1h'], ['1m30s', '60m'])).toBe(true);
  expect(meansSame(sameDuration, ['90s'], ['1m30s', '60m'])).toBe(false);
  expect(meansSame(sameDuration, { a: '90s' }, { a: '1m30s', b: '1s' })).toBe(false);
  expect(meansSame(sameDuration, null, '1s')).toBe(false);
  expect(meansSame(sameDuration, UNKNOWN, UNKNOWN)).toBe(false);
});

test('what is read is said in the words of who wrote it, element by element', () => {
  expect(respelled(sameDuration, ['90s', '2s'], ['1m30s', '3s'])).toEqual(['90s', '3s']);
  expect(respelled(sameDuration, { a: '90s' }, { a: '1m30s', b: '1s' })).toEqual({ a: '90s', b: '1s' });
  expect(respelled(sameDuration, null, '1s')).toBe('1s');
});
