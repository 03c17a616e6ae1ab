// Random types with values of them, for properties of the codec: every type there is, exact numbers, unknowns, nulls.

import fc from 'fast-check';
import { parseNumber } from '../cty/number.ts';
import { asSet } from '../cty/set.ts';
import { listOf, mapOf, objectOf, setOf, type Type } from '../cty/type.ts';
import { Dynamic, UNKNOWN, UNKNOWN_NOT_NULL, type Value } from '../cty/value.ts';

export interface Typed {
  readonly type: Type;
  readonly value: Value;
}

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.integer({ min: -30, max: 30 }))
  .map(([mantissa, exponent]) => parseNumber(`${mantissa}e${exponent}`));
const texts = fc.string({ unit: 'grapheme' }).map((value) => value.normalize('NFC'));
const names = fc.stringMatching(/^[a-z_]{1,8}$/);

const leaves = fc.oneof(
  texts.map((value): Typed => ({ type: 'string', value })),
  decimals.map((value): Typed => ({ type: 'number', value })),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((value): Typed => ({ type: 'number', value })),
  fc.boolean().map((value): Typed => ({ type: 'bool', value })),
  fc.constantFrom<Typed>(
    { type: 'string', value: null },
    { type: 'number', value: UNKNOWN },
    { type: 'bool', value: UNKNOWN_NOT_NULL },
  ),
);

export const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 4 },
    leaves,
    fc.array(leaves).map(
      (items): Typed => ({
        type: { kind: 'tuple', elements: items.map(({ type }) => type) },
        value: items.map(({ value }) => value),
      }),
    ),
    fc.tuple(tie('typed'), fc.nat(3)).map(
      ([{ type, value }, length]): Typed => ({
        type: listOf(type),
        value: Array.from({ length }, () => value),
      }),
    ),
    fc.uniqueArray(texts).map((items): Typed => ({ type: setOf('string'), value: asSet(items) })),
    fc.uniqueArray(fc.bigInt()).map((items): Typed => ({ type: setOf('number'), value: asSet(items) })),
    fc.tuple(tie('typed'), fc.uniqueArray(names)).map(
      ([{ type, value }, keys]): Typed => ({
        type: mapOf(type),
        value: Object.fromEntries(keys.map((key) => [key, value])),
      }),
    ),
    fc.dictionary(names, tie('typed')).map(
      (entries): Typed => ({
        type: objectOf(Object.fromEntries(Object.entries(entries).map(([name, { type }]) => [name, type]))),
        value: Object.fromEntries(Object.entries(entries).map(([name, { value }]) => [name, value])),
      }),
    ),
    leaves.map(({ type, value }): Typed => ({ type: 'dynamic', value: new Dynamic(type, value) })),
  ),
}));
