// Terraform's values as immutable data. Numbers are exact: bigint for integers, Decimal for the rest, never a double.
// Absent (null), unknown and empty are three values and stay three.

import type { Type } from './type.ts';

/** A value that is not known before apply. `refinements` is what is promised about it, as encoded on the wire. */
export class Unknown {
  readonly refinements: Uint8Array | undefined;

  constructor(refinements?: Uint8Array) {
    this.refinements = refinements;
  }
}

export const UNKNOWN = new Unknown();

/** Unknown, but certainly not null: lets a configuration's null checks be decided at plan. */
export const UNKNOWN_NOT_NULL = new Unknown(Uint8Array.of(0x81, 0x01, 0xc2));

/** A number that is not an integer, in canonical decimal notation, e.g. `-0.25`. Made by `parseNumber` only. */
export class Decimal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value of dynamic type together with the type that it has. */
export class Dynamic {
  readonly type: Type;
  readonly value: Value;

  constructor(type: Type, value: Value) {
    this.type = type;
    this.value = value;
  }
}

/** An object or a map. */
export interface ValueMap {
  readonly [key: string]: Value;
}

export type Value =
  | null
  | Unknown
  | string
  | boolean
  | bigint
  | Decimal
  | Dynamic
  | readonly Value[]
  | ValueMap;

export function isUnknown(value: Value | undefined): value is Unknown {
  return value instanceof Unknown;
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value | undefined): value is ValueMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof Decimal) &&
    !(value instanceof Dynamic)
  );
}

/** The entry of a map or object that is its own; undefined where there is none. */
export function entryOf(map: ValueMap, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Equality of values. Two unknowns are equal, whatever is promised about them. */
export function equal(left: Value, right: Value): boolean {
  if (Object.is(left, right)) return true;
  if (isUnknown(left)) return isUnknown(right);
  if (left instanceof Decimal) return right instanceof Decimal && left.text === right.text;
  if (left instanceof Dynamic) return right instanceof Dynamic && equal(left.value, right.value);
  if (isList(left))
    return (
      isList(right) &&
      left.length === right.length &&
      left.every((item, at) => equal(item, right[at] ?? null))
    );
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equal(left[key] ?? null, right[key] ?? null))
  );
}

/** Whether nothing in the value is unknown. */
export function isWhollyKnown(value: Value): boolean {
  if (isUnknown(value)) return false;
  if (isList(value)) return value.every(isWhollyKnown);
  if (value instanceof Dynamic) return isWhollyKnown(value.value);
  return !isMap(value) || Object.values(value).every(isWhollyKnown);
}
