// The codec against bytes that Terraform's own library makes, and against itself for every value there is.

import { expect, test } from '@jest/globals';
import { Encoder, ExtData } from '@msgpack/msgpack';
import fc from 'fast-check';
import { typed } from '../testing/values.ts';
import { decodeJson } from './json.ts';
import { decodeMsgpack, encodeMsgpack } from './msgpack.ts';
import { checkBounds } from './msgpack-bounds.ts';
import { parseNumber } from './number.ts';
import { listOf, mapOf, objectOf, type Type } from './type.ts';
import { Dynamic, equal, isUnknown, UNKNOWN, UNKNOWN_NOT_NULL, Unknown, type Value } from './value.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const text = (value: string): string => hex(Buffer.from(value));

const vectors: readonly [why: string, type: Type, value: Value, bytes: string][] = [
  ['null', 'string', null, 'c0'],
  ['unknown', 'string', UNKNOWN, 'd40000'],
  ['unknown and not null', 'string', UNKNOWN_NOT_NULL, 'c7030c8101c2'],
  ['small integer', 'number', 5n, '05'],
  ['negative integer', 'number', -1n, 'ff'],
  ['integer of 32 bits', 'number', 500_000_000n, 'ce1dcd6500'],
  ['2^32, beyond the short forms', 'number', 4_294_967_296n, 'cf0000000100000000'],
  ['2^53 + 1, which no double holds', 'number', 9_007_199_254_740_993n, 'cf0020000000000001'],
  ['-(2^53 + 1)', 'number', -9_007_199_254_740_993n, 'd3ffdfffffffffffff'],
  ['2^63 - 1, the largest that goes as an integer', 'number', 2n ** 63n - 1n, 'cf7fffffffffffffff'],
  ['-2^63', 'number', -(2n ** 63n), 'd38000000000000000'],
  ['2^63 goes as text', 'number', 2n ** 63n, `b3${text('9223372036854775808')}`],
  ['20 digits', 'number', 12345678901234567890n, `b4${text('12345678901234567890')}`],
  ['0.1, which no double holds', 'number', parseNumber('0.1'), `a3${text('0.1')}`],
  ['0.5, which a double holds', 'number', parseNumber('0.5'), 'cb3fe0000000000000'],
  ['-2.25', 'number', parseNumber('-2.25'), 'cbc002000000000000'],
  ['text in NFC', 'string', '\u00e9', `a2${text('\u00e9')}`],
  ['empty list', listOf('string'), [], '90'],
  ['list with an unknown', listOf('bool'), [true, UNKNOWN], '92c3d40000'],
  ['map', mapOf('number'), { a: 1n }, '81a16101'],
  ['object with a null', objectOf({ a: 'string', b: 'bool' }), { a: null, b: false }, '82a161c0a162c2'],
  ['tuple', { kind: 'tuple', elements: ['string', 'number'] }, ['x', 1n], '92a17801'],
  ['dynamic', 'dynamic', new Dynamic('string', 'x'), `92c408${text('"string"')}a178`],
  ['null of unknown type', 'dynamic', null, 'c0'],
];

test.each(vectors)('%s has its golden bytes, both ways', (_why, type, value, bytes) => {
  expect(hex(encodeMsgpack(value, type))).toBe(bytes);
  expect(equal(decodeMsgpack(Buffer.from(bytes, 'hex'), type), value)).toBe(true);
});

const readOnly: readonly [why: string, type: Type, bytes: string, value: Value][] = [
  ['a double that is whole', 'number', 'cb4014000000000000', 5n],
  ['a decimal in text', 'number', `a4${text('5e-1')}`, parseNumber('0.5')],
  ['1e30 in text', 'number', `a4${text('1e30')}`, 10n ** 30n],
  ['uint64 above int64', 'number', 'cfffffffffffffffff', 2n ** 64n - 1n],
  ['text that is not in NFC', 'string', `a3${text('e\u0301')}`, '\u00e9'],
  ['text as binary', 'string', 'c40178', 'x'],
  ['an extension of a later core', 'string', 'd46300', UNKNOWN],
];

test.each(readOnly)('%s is read', (_why, type, bytes, value) => {
  const decoded = decodeMsgpack(Buffer.from(bytes, 'hex'), type);
  expect(isUnknown(decoded) ? isUnknown(value) : decoded).toEqual(isUnknown(decoded) ? true : value);
});

test('refinements of an unknown come back as they were', () => {
  const bytes = Buffer.from('c7090c8201c202a461626364', 'hex');
  const value = decodeMsgpack(bytes, 'string');
  expect(value).toBeInstanceOf(Unknown);
  expect(hex(encodeMsgpack(value, 'string'))).toBe(hex(bytes));
});

const refused: readonly [why: string, type: Type, bytes: string, message: RegExp][] = [
  [
    'an attribute is missing',
    objectOf({ a: 'string', b: 'string' }),
    '81a161c0',
    /attributes a, b is required/,
  ],
  ['an attribute is not in the schema', objectOf({}), '81a161c0', /is required/],
  ['a number where text is', objectOf({ a: 'string' }), '81a16101', /\.a: a value of type string/],
  ['text where a bool is', listOf('bool'), '91a178', /\[0\]: a value of type bool/],
  ['text that is no number', 'number', 'a178', /finite decimal number/],
];

test.each(refused)('refused where %s', (_why, type, bytes, message) => {
  expect(() => decodeMsgpack(Buffer.from(bytes, 'hex'), type)).toThrow(message);
});

test('every value comes back from msgpack as it was', () => {
  fc.assert(
    fc.property(typed, ({ type, value }) => {
      expect(equal(decodeMsgpack(encodeMsgpack(value, type), type), value)).toBe(true);
    }),
  );
});

const storedNumbers = [
  '9007199254740993',
  '9223372036854775808',
  '12345678901234567890',
  '0.1',
  '1e-7',
  '-0.0',
];

test.each(storedNumbers)('a stored state keeps every digit of %s', (literal) => {
  const json = new TextEncoder().encode(`{"n":${literal},"removed":1}`);
  const state = decodeJson(json, objectOf({ n: 'number', added: 'string' }));
  expect(equal(state, { n: parseNumber(literal), added: null })).toBe(true);
});

test.each([
  ['nested lists that each declare thousands of elements', 0xdc],
  ['nested maps that each declare millions', 0xdf],
  ['lists within lists, without an end', 0x91],
])('%s are refused before anything is built', (_why, head) => {
  expect(() => decodeMsgpack(Buffer.alloc(60_000, head), 'dynamic')).toThrow(/cut short|nested more than/);
});

test('every value that there is passes the look at its bounds', () => {
  fc.assert(
    fc.property(fc.anything({ maxDepth: 4, values: [fc.string(), fc.double(), fc.boolean()] }), (value) => {
      expect(() =>
        checkBounds(new Encoder().encode(JSON.parse(JSON.stringify(value ?? null)))),
      ).not.toThrow();
    }),
  );
  for (const length of [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536]) {
    const encode = (value: unknown) => checkBounds(new Encoder().encode(value));
    encode('x'.repeat(length));
    encode(new Uint8Array(length));
    encode(new ExtData(1, new Uint8Array(length)));
    encode(Array.from({ length }, () => 1));
    encode(Object.fromEntries(Array.from({ length }, (_, at) => [`k${at}`, -at * 1e6])));
  }
});
