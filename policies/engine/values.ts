// Rego's values as JavaScript holds them at the border of a wasm module, and their total order.
// Promise: nothing is rounded or merged: integers beyond 2^53-1 are bigint, other numbers keep their text, sets are sets.
// Never: a JavaScript object as a Rego object: its keys would be strings only, and `__proto__` would be lost.

/** A number that is not an integer literal: `1.5`, `1.0`, `1e3`. Its text decides how it is printed. */
export class Decimal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type RegoNumber = number | bigint | Decimal;

export type Value = null | boolean | string | RegoNumber | readonly Value[] | RegoSet | RegoObject;

export class RegoSet {
  readonly items: readonly Value[];
  readonly #keys: ReadonlySet<string>;

  constructor(items: Iterable<Value>) {
    const unique = new Map<string, Value>();
    for (const item of items) if (!unique.has(keyOf(item))) unique.set(keyOf(item), item);
    this.items = [...unique.values()].sort(compare);
    this.#keys = new Set(unique.keys());
  }

  has(item: Value): boolean {
    return this.#keys.has(keyOf(item));
  }
}

export class RegoObject {
  readonly entries: readonly (readonly [Value, Value])[];
  readonly #byKey: ReadonlyMap<string, Value>;

  /** Of two entries with an equal key the last one counts. */
  constructor(entries: Iterable<readonly [Value, Value]>) {
    const unique = new Map<string, readonly [Value, Value]>();
    for (const entry of entries) unique.set(keyOf(entry[0]), entry);
    this.entries = [...unique.values()].sort(([a], [b]) => compare(a, b));
    this.#byKey = new Map([...unique].map(([key, [, value]]) => [key, value]));
  }

  get(key: Value): Value | undefined {
    return this.#byKey.get(keyOf(key));
  }
}

export function isNumber(value: Value): value is RegoNumber {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal;
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** An integer as a number where it is exact, else as a bigint. */
export function integer(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

export function numberFromText(text: string): RegoNumber {
  return /^-?(0|[1-9]\d*)$/.test(text) && text !== '-0' ? integer(BigInt(text)) : new Decimal(text);
}

export function numberText(value: RegoNumber): string {
  return value instanceof Decimal ? value.text : String(value);
}

/** A number as coefficient x 10^exponent, without trailing zeros: equal numbers have equal forms. */
export function scientific(value: RegoNumber): { coefficient: bigint; exponent: number } {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(numberText(value));
  if (!match) throw new Error(`'${numberText(value)}' is not a number`);
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return { coefficient: 0n, exponent: 0 };
  return {
    coefficient: BigInt(`${sign}${kept}`),
    exponent: Number(power) - fraction.length + digits.length - kept.length,
  };
}

/** The number as an integer, or undefined where it has a fraction (`1.0` and `1e3` have none). */
export function exactInteger(value: RegoNumber): bigint | undefined {
  if (!(value instanceof Decimal)) return BigInt(value);
  const { coefficient, exponent } = scientific(value);
  return exponent >= 0 && exponent < 10_000 ? coefficient * 10n ** BigInt(exponent) : undefined;
}

/** Rego's order: null, booleans, numbers, strings, arrays, objects, sets. */
export function compare(a: Value, b: Value): number {
  const [rankA, rankB] = [rank(a), rank(b)];
  if (rankA !== rankB) return rankA - rankB;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (a === null || b === null) return 0;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  return compareLists(children(a), children(b));
}

/** By code point, as UTF-8 sorts; JavaScript's own order is by UTF-16 unit. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    const [pointA, pointB] = [a.codePointAt(i) ?? 0, b.codePointAt(i) ?? 0];
    if (pointA !== pointB) return pointA - pointB;
  }
  return a.length - b.length;
}

export function equal(a: Value, b: Value): boolean {
  return compare(a, b) === 0;
}

function compareNumbers(a: RegoNumber, b: RegoNumber): number {
  if (!(a instanceof Decimal) && !(b instanceof Decimal)) return a < b ? -1 : Number(a > b);
  const [left, right] = [scientific(a), scientific(b)];
  const signs = Math.sign(Number(left.coefficient)) - Math.sign(Number(right.coefficient));
  if (signs !== 0 || left.coefficient === 0n) return signs;
  // Far apart, the powers decide; aligning 1e-999999 with 1e999999 digit by digit would not end.
  const magnitude = (n: { coefficient: bigint; exponent: number }) =>
    n.coefficient.toString().replace('-', '').length + n.exponent;
  if (magnitude(left) !== magnitude(right))
    return (magnitude(left) - magnitude(right)) * (left.coefficient < 0n ? -1 : 1);
  const power = Math.min(left.exponent, right.exponent);
  const x = left.coefficient * 10n ** BigInt(left.exponent - power);
  const y = right.coefficient * 10n ** BigInt(right.exponent - power);
  return x < y ? -1 : Number(x > y);
}

function compareLists(a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function children(value: Value): readonly Value[] {
  if (value instanceof RegoSet) return value.items;
  if (value instanceof RegoObject) return value.entries.flat();
  return isArray(value) ? value : [];
}

function rank(value: Value): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return 1;
  if (isNumber(value)) return 2;
  if (typeof value === 'string') return 3;
  if (value instanceof RegoObject) return 5;
  return value instanceof RegoSet ? 6 : 4;
}

/** The same text for equal values only. */
function keyOf(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isNumber(value)) {
    const { coefficient, exponent } = scientific(value);
    return `${coefficient}e${exponent}`;
  }
  if (value instanceof RegoSet) return `<${value.items.map(keyOf).join()}>`;
  if (value instanceof RegoObject)
    return `{${value.entries.map(([key, item]) => `${keyOf(key)}:${keyOf(item)}`).join()}}`;
  return `[${value.map(keyOf).join()}]`;
}
