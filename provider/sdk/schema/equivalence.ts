// Values that are written differently and mean the same. Promise: where they do not parse, they are the same only if they are
// equal. Never: two values called the same that any reader could tell apart.

import { anyJson } from '../cty/json.ts';
import { canonicalText } from '../cty/set.ts';
import { entryOf, equal, isList, isMap, isUnknown, type Value } from '../cty/value.ts';
import { durationMs } from './duration.ts';

/** For two texts; for a list or a map, two elements of the same place. */
export type Equivalence = (left: string, right: string) => boolean;

/** Whether two values mean the same as a whole. Null and unknown mean only themselves. */
export function meansSame(equivalent: Equivalence, left: Value, right: Value): boolean {
  if (equal(left, right)) return !isUnknown(left);
  if (typeof left === 'string' && typeof right === 'string') return equivalent(left, right);
  if (isList(left) && isList(right))
    return (
      left.length === right.length && left.every((item, at) => meansSame(equivalent, item, right[at] ?? null))
    );
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys({ ...left, ...right });
  return keys.every((key) => meansSame(equivalent, entryOf(left, key) ?? null, entryOf(right, key) ?? null));
}

/** `value` in the words of `spelling` wherever they mean the same, element by element of a list or a map. */
export function respelled(equivalent: Equivalence, spelling: Value, value: Value): Value {
  if (typeof value === 'string')
    return typeof spelling === 'string' && equivalent(spelling, value) ? spelling : value;
  if (isList(value))
    return isList(spelling)
      ? value.map((item, at) => respelled(equivalent, spelling[at] ?? null, item))
      : value;
  if (!isMap(value) || !isMap(spelling)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      respelled(equivalent, entryOf(spelling, key) ?? null, item),
    ]),
  );
}

/** RFC 3339 times of one instant, e.g. in different zones. */
export const sameTime: Equivalence = (left, right) => sameNumber(Date.parse(left), Date.parse(right));

/** `90s` and `1m30s`. */
export const sameDuration: Equivalence = (left, right) => sameNumber(durationMs(left), durationMs(right));

/** JSON texts of one value: order of keys, white space and the spelling of numbers do not matter, their digits do. */
export const sameJson: Equivalence = (left, right) => {
  try {
    return canonicalText(anyJson(left)) === canonicalText(anyJson(right));
  } catch {
    return left === right;
  }
};

/** Program text whose line ends and last empty lines differ, as editors change them. */
export const sameLines: Equivalence = (left, right) => lines(left) === lines(right);

function lines(text: string): string {
  // Between backticks a line end is part of a value.
  const unified = text.includes('`') ? text : text.replaceAll('\r\n', '\n');
  return unified.replace(/\s+$/, '');
}

function sameNumber(left: number, right: number): boolean {
  return left === right && !Number.isNaN(left);
}
