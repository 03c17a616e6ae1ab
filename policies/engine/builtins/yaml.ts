// Reads YAML as the native builtin does: YAML 1.2's core schema, with 1.1's octals and underscores in numbers.
// Promise: integers of 64 bits keep their value; the last of two equal keys counts; a stream gives its first document.
// Never: tags that construct anything, or an alias bomb (the reader's own limit holds).
import { parseAllDocuments, type ScalarTag } from 'yaml';
import { readValue } from '../text.ts';
import { integer, RegoObject, type Value } from '../values.ts';
import { BuiltinError, fail } from './operands.ts';

const scalarTags: ScalarTag[] = [
  {
    tag: 'tag:yaml.org,2002:null',
    default: true,
    test: /^(?:~|null|Null|NULL)?$/,
    resolve: () => null,
  },
  {
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test: /^(?:true|True|TRUE|false|False|FALSE)$/,
    resolve: (text) => text.toLowerCase() === 'true',
  },
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^[-+]?\d[\w]*$/,
    resolve: (text) => integerOf(text.replaceAll('_', '')) ?? floatOf(text.replaceAll('_', '')) ?? text,
  },
  {
    tag: 'tag:yaml.org,2002:float',
    default: true,
    test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN|[-+]?(?:\d[\d_]*)?\.?[\d_]*(?:[eE][-+]?[\d_]+)?)$/,
    resolve: (text) => (/inf|nan/i.test(text) ? Number.NaN : (floatOf(text.replaceAll('_', '')) ?? text)),
  },
];

export function fromYaml(text: string): Value {
  try {
    const documents = parseAllDocuments(text, {
      schema: 'failsafe',
      customTags: scalarTags,
      merge: true,
      uniqueKeys: false,
      logLevel: 'silent',
    });
    if (!Array.isArray(documents)) return null;
    for (const { errors } of documents) if (errors.length > 0) return fail('not YAML');
    return toValue(documents[0]?.toJS({ mapAsMap: true, maxAliasCount: 100 }));
  } catch (error) {
    // An alias without its anchor, and too many of them.
    if (error instanceof ReferenceError) throw new BuiltinError(error.message);
    throw error;
  }
}

function toValue(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return integer(value);
  if (typeof value === 'number')
    return Number.isFinite(value) ? readValue(String(value)) : fail('no number of JSON');
  if (Array.isArray(value)) return value.map(toValue);
  if (value instanceof Map)
    return new RegoObject([...value].map(([key, item]) => [keyText(key), toValue(item)]));
  return fail('a value that JSON does not have');
}

function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  return typeof key === 'object' ? fail('a key must be a scalar') : String(key);
}

/** Within 64 bits; `0x`, `0o`, `0b` and a leading zero choose the base. */
function integerOf(text: string): bigint | undefined {
  const [, sign = '', prefix = '', digits = ''] =
    /^([-+]?)(0[xX]|0[oO]|0[bB]|0(?=\d))?([0-9a-fA-F]+)$/.exec(text) ?? [];
  const base = { '0x': '0x', '0o': '0o', '0b': '0b', '0': '0o', '': '' }[prefix.toLowerCase()];
  const valid = { '0x': /^[0-9a-fA-F]+$/, '0o': /^[0-7]+$/, '0b': /^[01]+$/, '': /^\d+$/ }[base ?? ''];
  if (base === undefined || !valid?.test(digits)) return undefined;
  const value = BigInt(`${base}${digits}`) * (sign === '-' ? -1n : 1n);
  const fits = BigInt.asIntN(64, value) === value || (sign === '' && BigInt.asUintN(64, value) === value);
  return fits ? value : undefined;
}

function floatOf(text: string): number | undefined {
  return /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}
