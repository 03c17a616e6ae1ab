// JSON that carries exact numbers, for what is sent to the controller. Promise: an integer beyond 2^53 leaves as it was
// written, so that the controller can refuse it by name. Never: a rounded number.

import { Decimal } from '../sdk/cty/value.ts';

export type Exact = null | boolean | string | bigint | Decimal | readonly Exact[] | ExactObject;

export interface ExactObject {
  readonly [key: string]: Exact;
}

export function exactJson(value: Exact): string {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Decimal) return value.text;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(exactJson).join(',')}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${exactJson(inner)}`);
  return `{${entries.join(',')}}`;
}

export function isExactObject(value: Exact | undefined): value is ExactObject {
  return typeof value === 'object' && value !== null && !isArray(value) && !(value instanceof Decimal);
}

const isArray = (value: object): value is readonly Exact[] => Array.isArray(value);
