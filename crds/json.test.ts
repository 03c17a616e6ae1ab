import { expect, test } from '@jest/globals';
import { changedPointers, escapePointer, fromPointer, parseJson, toPointer, valueAt } from './json.ts';
import { unstorable } from './storable.ts';

test.each([
  { why: 'the largest exact integer', text: '9007199254740991', value: 9007199254740991 },
  {
    why: '2^53, which a double holds but cannot tell from 2^53+1',
    text: '9007199254740992',
    value: 2n ** 53n,
  },
  { why: '2^53+1, which a double would round', text: '9007199254740993', value: 2n ** 53n + 1n },
  { why: 'the smallest exact integer', text: '-9007199254740991', value: -9007199254740991 },
  { why: '-2^53', text: '-9007199254740992', value: -(2n ** 53n) },
  { why: 'an integer of 40 digits', text: '1'.repeat(40), value: BigInt('1'.repeat(40)) },
  { why: 'a fraction', text: '1.5', value: 1.5 },
  { why: 'an exponent that is a small integer', text: '1e3', value: 1000 },
  { why: 'an exponent that is a large number', text: '1e300', value: 1e300 },
  { why: 'beyond every double; the next check finds it', text: '1e400', value: Number.POSITIVE_INFINITY },
  { why: 'digits in a string are text', text: '"9007199254740993"', value: '9007199254740993' },
  { why: 'a __proto__ key is a key', text: '{"__proto__":1}', value: JSON.parse('{"__proto__":1}') },
])('JSON is parsed without loss: $why', ({ text, value }) => {
  expect(parseJson(text)).toEqual(value);
  expect(parseJson(`{"a":[${text}]}`)).toEqual({ a: [value] });
});

test.each(['', '{', '[1,]', '01', 'NaN', '{"a":1} x'])('what is not JSON is refused: %j', (text) => {
  expect(() => parseJson(text)).toThrow('JSON');
});

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

test.each([
  { why: 'a bigint', value: { a: 2n ** 53n }, code: 'IntegerTooLarge', pointer: '/a' },
  { why: 'infinity', value: [0, Number.POSITIVE_INFINITY], code: 'InvalidValue', pointer: '/1' },
  { why: 'NaN', value: Number.NaN, code: 'InvalidValue', pointer: '' },
  { why: 'NUL in a value', value: { a: ['x\0'] }, code: 'InvalidText', pointer: '/a/0' },
  {
    why: 'NUL in a key is shown at the object',
    value: { a: { '\0': 1 } },
    code: 'InvalidText',
    pointer: '/a',
  },
  { why: 'a lone high surrogate', value: '\ud800', code: 'InvalidText', pointer: '' },
  { why: 'a lone low surrogate in a key', value: { '\udc00': 1 }, code: 'InvalidText', pointer: '' },
  {
    why: 'a __proto__ key',
    value: parseJson('{"a":{"__proto__":1}}'),
    code: 'UnknownField',
    pointer: '/a/__proto__',
  },
  { why: '65 levels', value: nested(65), code: 'InvalidValue', pointer: '/a'.repeat(65) },
])('what cannot be stored is found where it is: $why', ({ value, code, pointer }) => {
  expect(unstorable(value)).toEqual([expect.objectContaining({ code, pointer, level: 'error' })]);
});

test.each([
  { why: '64 levels', value: nested(64) },
  { why: 'a surrogate pair', value: { '\u{1f600}': '\u{1f600}' } },
  { why: 'the integers at the limits', value: [9007199254740991, -9007199254740991, 0] },
  { why: 'null, fractions, booleans, empty containers', value: [null, 1.5, false, {}, [], ''] },
])('what can be stored is not complained about: $why', ({ value }) => {
  expect(unstorable(value)).toEqual([]);
});

test('every unstorable value of an object is found, not only the first', () => {
  const found = unstorable({ a: 2n ** 53n, b: { c: '\0', d: [Number.NaN] } });
  expect(found.map(({ pointer }) => pointer)).toEqual(['/a', '/b/c', '/b/d/0']);
});

test.each([
  { why: 'a slash', path: ['a/b'], pointer: '/a~1b' },
  { why: 'a tilde', path: ['a~b'], pointer: '/a~0b' },
  { why: 'a tilde that looks like an escape', path: ['~1'], pointer: '/~01' },
  { why: 'an empty key', path: ['', ''], pointer: '//' },
  { why: 'an index', path: ['tools', 0], pointer: '/tools/0' },
  { why: 'the whole', path: [], pointer: '' },
])('a pointer leads back to its path: $why', ({ path, pointer }) => {
  expect(toPointer(path)).toBe(pointer);
  expect(fromPointer(pointer)).toEqual(path.map(String));
});

test('a pointer step with a lone surrogate can still be stored', () => {
  expect(escapePointer('\ud800').isWellFormed()).toBe(true);
});

test.each([
  { why: 'an escaped key', pointer: '/a~1b/~0', value: 1 },
  { why: 'an index', pointer: '/list/1', value: 'y' },
  { why: 'an empty key', pointer: '/', value: 'empty' },
  { why: 'the whole of a part', pointer: '/list', value: ['x', 'y'] },
  { why: 'a missing key', pointer: '/nothing/below', value: undefined },
  { why: 'below a leaf', pointer: '/list/1/length', value: undefined },
  { why: 'an inherited name', pointer: '/toString', value: undefined },
])('the value at a pointer is found: $why', ({ pointer, value }) => {
  expect(valueAt({ 'a/b': { '~': 1 }, list: ['x', 'y'], '': 'empty' }, pointer)).toEqual(value);
});

test.each([
  { why: 'nothing', before: { a: 1, b: [1] }, after: { b: [1], a: 1 }, changed: [] },
  { why: 'a leaf', before: { a: { b: 1, c: 2 } }, after: { a: { b: 1, c: 3 } }, changed: ['/a/c'] },
  { why: 'absent to null', before: {}, after: { a: null }, changed: ['/a'] },
  { why: 'null to absent', before: { a: null }, after: {}, changed: ['/a'] },
  { why: 'null to zero', before: { a: null }, after: { a: 0 }, changed: ['/a'] },
  { why: 'absent to zero', before: {}, after: { a: 0 }, changed: ['/a'] },
  { why: 'zero to empty text', before: { a: 0 }, after: { a: '' }, changed: ['/a'] },
  { why: 'absent to empty list', before: {}, after: { a: [] }, changed: ['/a'] },
  { why: 'an empty list to an empty object', before: { a: [] }, after: { a: {} }, changed: ['/a'] },
  { why: 'false to absent', before: { a: false }, after: {}, changed: ['/a'] },
  { why: 'minus zero, which JSON writes as 0', before: { a: 0 }, after: { a: -0 }, changed: [] },
  { why: 'a part that is added is named whole', before: {}, after: { a: { b: { c: 1 } } }, changed: ['/a'] },
  { why: 'a list that grows', before: { a: [1] }, after: { a: [1, 2] }, changed: ['/a/1'] },
  { why: 'a list in another order', before: { a: [1, 2] }, after: { a: [2, 1] }, changed: ['/a/0', '/a/1'] },
  { why: 'a key to escape', before: { 'a/~': 1 }, after: { 'a/~': 2 }, changed: ['/a~1~0'] },
  {
    why: 'several, in order',
    before: { b: 1, a: 1 },
    after: { a: 2, b: 2, c: 1 },
    changed: ['/a', '/b', '/c'],
  },
  { why: 'everything', before: { a: 1 }, after: null, changed: [''] },
  {
    why: 'a key that objects inherit',
    before: {},
    after: parseJson('{"constructor":1}'),
    changed: ['/constructor'],
  },
])('what changed is told by pointers: $why', ({ before, after, changed }) => {
  expect(changedPointers(before, after)).toEqual(changed);
});
