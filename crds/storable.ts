// What Postgres or the ledger could not hold, found before it gets anywhere.

import { type Finding, finding } from './findings.ts';
import { escapePointer } from './json.ts';

const MOST_DEPTH = 64;

/** Finds what no object may hold: bigint, non-finite numbers, NUL, lone surrogates, nesting beyond 64 levels. */
export function unstorable(value: unknown, pointer = '', depth = 0): Finding[] {
  if (depth > MOST_DEPTH)
    return [finding('InvalidValue', pointer, `values are nested more than ${MOST_DEPTH} levels deep`)];
  switch (typeof value) {
    case 'bigint':
      return [finding('IntegerTooLarge', pointer, `${value} is beyond 2^53-1, so it cannot be kept exactly`)];
    case 'number':
      return Number.isFinite(value)
        ? []
        : [finding('InvalidValue', pointer, `${value} is not a finite number`)];
    case 'string':
      return textFindings(value, pointer);
    case 'object':
      if (value === null) return [];
      if (Array.isArray(value))
        return value.flatMap((item, index) => unstorable(item, `${pointer}/${index}`, depth + 1));
      return Object.entries(value).flatMap(([key, item]) => [
        // zod leaves this key out without a word, so it would pass as if it had not been written.
        ...(key === '__proto__'
          ? [finding('UnknownField', `${pointer}/__proto__`, '"__proto__" is not a field')]
          : []),
        ...textFindings(key, pointer),
        ...unstorable(item, `${pointer}/${escapePointer(key)}`, depth + 1),
      ]);
    default:
      return [];
  }
}

function textFindings(text: string, pointer: string): Finding[] {
  if (text.includes('\0')) return [finding('InvalidText', pointer, 'the text holds a NUL character')];
  if (!text.isWellFormed()) return [finding('InvalidText', pointer, 'the text holds a lone surrogate')];
  return [];
}
