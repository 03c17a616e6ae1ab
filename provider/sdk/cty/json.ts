// Values from JSON: a stored state, or a DynamicValue that came as JSON. Promise: every number literal keeps all of its
// digits. A stored state may lack attributes that were added since (null then) and hold some that were removed (dropped).

import { parseNumber } from './number.ts';
import { asSet } from './set.ts';
import { mismatch, normalize } from './text.ts';
import { type Type, typeFromJson } from './type.ts';
import { Decimal, Dynamic, type Value } from './value.ts';

type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

const exactNumbers: Reviver = (_key, value, context) =>
  typeof value === 'number' ? parseNumber(context?.source ?? String(value)) : value;

export function decodeJson(bytes: Uint8Array, type: Type): Value {
  const json: unknown = JSON.parse(new TextDecoder().decode(bytes), exactNumbers);
  return fromJson(json, type, '');
}

/** Any JSON as a value, exactly; for texts whose type nobody declared. Throws SyntaxError. */
export function anyJson(text: string): Value {
  return anyValue(JSON.parse(text, exactNumbers));
}

function anyValue(json: unknown): Value {
  if (json === null || typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'bigint' || json instanceof Decimal) return json;
  if (Array.isArray(json)) return json.map(anyValue);
  return Object.fromEntries(Object.entries(json ?? {}).map(([key, item]) => [key, anyValue(item)]));
}

function fromJson(json: unknown, type: Type, path: string): Value {
  if (json === null || json === undefined) return null;
  if (type === 'string') return typeof json === 'string' ? normalize(json) : mismatch(path, type);
  if (type === 'bool') return typeof json === 'boolean' ? json : mismatch(path, type);
  if (type === 'number') {
    if (typeof json === 'bigint' || json instanceof Decimal) return json;
    return typeof json === 'string' ? parseNumber(json) : mismatch(path, type);
  }
  if (typeof json !== 'object') return mismatch(path, type);
  if (type === 'dynamic') {
    const actual = 'type' in json ? typeFromJson(json.type) : mismatch(path, type);
    return new Dynamic(actual, fromJson('value' in json ? json.value : null, actual, path));
  }
  if (type.kind === 'object' || type.kind === 'map') {
    if (Array.isArray(json)) return mismatch(path, type);
    const own = new Map<string, unknown>(Object.entries(json));
    return type.kind === 'object' ? objectFrom(own, type.attributes, path) : mapFrom(own, type.element, path);
  }
  if (!Array.isArray(json)) return mismatch(path, type);
  if (type.kind !== 'tuple') {
    const items = json.map((item, at) => fromJson(item, type.element, `${path}[${at}]`));
    return type.kind === 'set' ? asSet(items) : items;
  }
  return type.elements.map((element, at) => fromJson(json[at], element, `${path}[${at}]`));
}

function objectFrom(
  own: Map<string, unknown>,
  attributes: Readonly<Record<string, Type>>,
  path: string,
): Value {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, inner]) => [
      name,
      fromJson(own.get(name), inner, `${path}.${name}`),
    ]),
  );
}

function mapFrom(own: Map<string, unknown>, element: Type, path: string): Value {
  return Object.fromEntries(
    [...own].map(([key, item]) => [normalize(key), fromJson(item, element, `${path}["${key}"]`)]),
  );
}
