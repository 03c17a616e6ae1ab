// Sets as lists in one canonical order without duplicates, so that equality of values needs no types. Promise: linear times
// a sort, however many elements; two elements that are equal are one. Never: an unknown taken for a duplicate.

import { typeToJson } from './type.ts';
import { Decimal, Dynamic, isList, isUnknown, isWhollyKnown, type Value } from './value.ts';

/** The elements of a set, in canonical order. */
export function asSet(elements: readonly Value[]): readonly Value[] {
  if (elements.length < 2) return elements;
  const keyed = elements.map((element) => ({
    key: canonicalText(element),
    element,
    open: !isWhollyKnown(element),
  }));
  keyed.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  // Two unknowns may still become two values.
  return keyed
    .filter(({ key, open }, at) => open || at === 0 || keyed[at - 1]?.key !== key)
    .map(({ element }) => element);
}

/** One text for each value: equal values have the same. */
export function canonicalText(value: Value): string {
  if (value === null) return 'n';
  if (isUnknown(value)) return 'u';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Decimal) return value.text;
  if (value instanceof Dynamic)
    return `<${JSON.stringify(typeToJson(value.type))}${canonicalText(value.value)}>`;
  if (isList(value)) return `[${value.map(canonicalText).join(',')}]`;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner)}`).join(',')}}`;
}
