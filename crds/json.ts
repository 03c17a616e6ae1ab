// JSON that loses nothing: integers beyond 2^53-1 come back as bigint, so that admission can refuse them by name instead
// of rounding them, and text that Postgres or the ledger could not hold is found before it gets anywhere.

import { type Finding, finding } from './findings.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

/** Parses JSON text. Throws SyntaxError. Integer literals that a double cannot hold exactly become bigint. */
export function parseJson(text: string): unknown {
  const exact: Reviver = (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? '')
      : value;
  return JSON.parse(text, exact);
}

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

/** One step of a JSON pointer (RFC 6901). */
export function escapePointer(step: string | number): string {
  return String(step).replaceAll('~', '~0').replaceAll('/', '~1').toWellFormed();
}

export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${escapePointer(String(step))}`).join('');
}

/** The steps of a JSON pointer, unescaped. */
export function fromPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at a pointer, or undefined where the path ends. */
export function valueAt(value: unknown, pointer: string): unknown {
  return fromPointer(pointer).reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Record<string, unknown>)[step]
        : undefined,
    value,
  );
}

/** Pointers of the leaves (and of whole added or removed parts) at which two JSON values differ, in order. */
export function changedPointers(before: unknown, after: unknown, pointer = ''): string[] {
  // Not Object.is: -0 is stored as 0, and would be a change at every apply.
  if (before === after) return [];
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys]
      .sort()
      .flatMap((key) =>
        changedPointers(
          Object.hasOwn(before, key) ? before[key] : undefined,
          Object.hasOwn(after, key) ? after[key] : undefined,
          `${pointer}/${escapePointer(key)}`,
        ),
      );
  }
  return [pointer];
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
