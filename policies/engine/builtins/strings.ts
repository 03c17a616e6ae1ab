// Builtins over strings beside sprintf.
// Promise: positions and counts are in characters (code points), as in Rego. Never: UTF-16 units.
import type { Value } from '../values.ts';
import { type Builtin, fail, smallInteger, text, texts } from './operands.ts';
import { sprintf } from './sprintf.ts';

export const stringBuiltins: Readonly<Record<string, Builtin>> = {
  sprintf,
  indexof_n: (operands) => indexesOf([...text(operands, 0)], [...text(operands, 1)]),
  'strings.any_prefix_match': (operands) => anyPair(operands, (value, prefix) => value.startsWith(prefix)),
  'strings.any_suffix_match': (operands) => anyPair(operands, (value, suffix) => value.endsWith(suffix)),
  'strings.count': (operands) => occurrences(text(operands, 0), text(operands, 1)),
  'strings.split_n': (operands) => splitN(text(operands, 0), text(operands, 1), smallInteger(operands, 2)),
  // A note for a trace that nobody takes here; natively it is true as well.
  trace: (operands) => {
    text(operands, 0);
    return true;
  },
};

function anyPair(operands: readonly Value[], matches: (value: string, affix: string) => boolean): boolean {
  const strings = (index: number): string[] => {
    const value = operands[index];
    return typeof value === 'string' ? [value] : texts(value, index);
  };
  const [values, affixes] = [strings(0), strings(1)];
  return values.some((value) => affixes.some((affix) => matches(value, affix)));
}

/** Overlapping occurrences count each. */
function indexesOf(haystack: readonly string[], needle: readonly string[]): number[] {
  if (needle.length === 0) return fail('empty search character');
  const found: number[] = [];
  for (let at = 0; at + needle.length <= haystack.length; at++)
    if (needle.every((char, offset) => haystack[at + offset] === char)) found.push(at);
  return found;
}

function occurrences(haystack: string, needle: string): number {
  return needle === '' ? [...haystack].length + 1 : haystack.split(needle).length - 1;
}

/** The first `count` parts, or where it is negative the last ones; the rest is left out. */
function splitN(value: string, separator: string, count: number): string[] {
  const parts = separator === '' ? [...value] : value.split(separator);
  return count >= 0 ? parts.slice(0, count) : parts.slice(count);
}
