// What is promised about an unknown value: that it will not be null, how it begins, its bounds. Promise: `breaks` finds a
// value that contradicts what a plan promised, before core does. Never: a fault for a promise that this code does not know.

import { decode } from '@msgpack/msgpack';
import { isList, isMap, type Unknown, type Value } from './value.ts';

const NULLNESS = 1;
const PREFIX = 2;
const LEAST = 3;
const MOST = 4;
const SHORTEST = 5;
const LONGEST = 6;

/** What of the promise a known value breaks, in words; undefined when it keeps it. */
export function broken(promised: Unknown, value: Value): string | undefined {
  if (promised.refinements === undefined) return undefined;
  const decoded: unknown = decode(promised.refinements);
  if (typeof decoded !== 'object' || decoded === null) return undefined;
  const of = new Map<number, unknown>(Object.entries(decoded).map(([key, is]) => [Number(key), is]));
  if (value === null) return of.get(NULLNESS) === false ? 'it is null' : undefined;
  if (of.get(NULLNESS) === true) return 'it is not null';
  const prefix = of.get(PREFIX);
  if (typeof prefix === 'string' && typeof value === 'string' && !value.startsWith(prefix))
    return 'it begins with other characters';
  const size = isList(value) ? value.length : isMap(value) ? Object.keys(value).length : undefined;
  if (size !== undefined) {
    if (beyond(of.get(SHORTEST), (least) => size < least)) return 'it has fewer elements';
    if (beyond(of.get(LONGEST), (most) => size > most)) return 'it has more elements';
  }
  if (typeof value === 'bigint') {
    if (outside(of.get(LEAST), (least) => value < least, value)) return 'it is less';
    if (outside(of.get(MOST), (most) => value > most, value)) return 'it is more';
  }
  return undefined;
}

function beyond(bound: unknown, isBeyond: (bound: number) => boolean): boolean {
  return typeof bound === 'number' && isBeyond(bound);
}

/** A numeric bound is a pair: the number, and whether it is itself allowed. */
function outside(bound: unknown, isBeyond: (bound: number) => boolean, value: bigint): boolean {
  if (!Array.isArray(bound)) return false;
  const [limit, inclusive]: unknown[] = bound;
  if (typeof limit !== 'number') return false;
  return isBeyond(limit) || (inclusive === false && Number(value) === limit);
}
