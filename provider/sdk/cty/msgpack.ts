// Values to and from the msgpack form of the plugin protocol, driven by the type. Promise: what core sent comes back
// byte for byte where core is strict about it: integers beyond 2^53, decimals, unknowns with their refinements.
// Never: an object without all of its attributes, or text that is not NFC.

import { Decoder, Encoder, ExtData } from '@msgpack/msgpack';
import { checkBounds } from './msgpack-bounds.ts';
import { exactDouble, parseNumber } from './number.ts';
import { asSet } from './set.ts';
import { mismatch, normalize, ValueError } from './text.ts';
import { type Type, typeFromJson, typeToJson } from './type.ts';
import { Decimal, Dynamic, isList, isMap, UNKNOWN, Unknown, type Value } from './value.ts';

const UNREFINED = 0;
const REFINED = 12;

const extensions = {
  tryToEncode: (value: unknown): ExtData | null => {
    if (!(value instanceof Unknown)) return null;
    return value.refinements === undefined
      ? new ExtData(UNREFINED, Uint8Array.of(0))
      : new ExtData(REFINED, value.refinements);
  },
  // Every extension is an unknown value: later cores may promise things that this code does not know.
  decode: (data: Uint8Array, type: number): Unknown =>
    type === REFINED ? new Unknown(data.slice()) : UNKNOWN,
};

const encoder = new Encoder({ useBigInt64: true, extensionCodec: extensions });
const decoder = new Decoder({ useBigInt64: true, extensionCodec: extensions });

export function encodeMsgpack(value: Value, type: Type): Uint8Array {
  return encoder.encode(toWire(value, type, ''));
}

export function decodeMsgpack(bytes: Uint8Array, type: Type): Value {
  checkBounds(bytes);
  return fromWire(decoder.decode(bytes), type, '');
}

function toWire(value: Value, type: Type, path: string): unknown {
  if (type === 'dynamic') {
    if (!(value instanceof Dynamic))
      return value === null || value instanceof Unknown ? value : mismatch(path, type);
    const typeBytes = new TextEncoder().encode(JSON.stringify(typeToJson(value.type)));
    return [typeBytes, toWire(value.value, value.type, path)];
  }
  if (value === null || value instanceof Unknown) return value;
  if (type === 'string') return typeof value === 'string' ? normalize(value) : mismatch(path, type);
  if (type === 'bool') return typeof value === 'boolean' ? value : mismatch(path, type);
  if (type === 'number') return numberToWire(value) ?? mismatch(path, type);
  switch (type.kind) {
    case 'list':
    case 'set':
      if (!isList(value)) return mismatch(path, type);
      return value.map((item, at) => toWire(item, type.element, `${path}[${at}]`));
    case 'tuple':
      if (!isList(value) || value.length !== type.elements.length) return mismatch(path, type);
      return type.elements.map((element, at) => toWire(value[at] ?? null, element, `${path}[${at}]`));
    case 'map':
      if (!isMap(value)) return mismatch(path, type);
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          normalize(key),
          toWire(item, type.element, `${path}["${key}"]`),
        ]),
      );
    case 'object':
      if (!isMap(value)) return mismatch(path, type);
      return Object.fromEntries(
        Object.entries(type.attributes).map(([name, inner]) => [
          name,
          toWire(value[name] ?? null, inner, `${path}.${name}`),
        ]),
      );
  }
}

function numberToWire(value: Value): unknown {
  if (value instanceof Decimal) return exactDouble(value) ?? value.text;
  if (typeof value !== 'bigint') return undefined;
  // Small ones as numbers, so that they take the shortest form; the encoder writes a larger number as a double.
  if (BigInt.asIntN(32, value) === value) return Number(value);
  return BigInt.asIntN(64, value) === value ? value : value.toString();
}

function fromWire(wire: unknown, type: Type, path: string): Value {
  if (wire === null || wire === undefined) return null;
  if (wire instanceof Unknown) return wire;
  if (type === 'dynamic') {
    const [typeBytes, inner] = Array.isArray(wire) && wire.length === 2 ? wire : [];
    if (!(typeBytes instanceof Uint8Array)) return mismatch(path, type);
    const actual = typeFromJson(JSON.parse(new TextDecoder().decode(typeBytes)));
    return new Dynamic(actual, fromWire(inner, actual, path));
  }
  if (type === 'string') {
    if (wire instanceof Uint8Array) return normalize(new TextDecoder().decode(wire));
    return typeof wire === 'string' ? normalize(wire) : mismatch(path, type);
  }
  if (type === 'bool') return typeof wire === 'boolean' ? wire : mismatch(path, type);
  if (type === 'number') return numberFromWire(wire, path);
  if (type.kind === 'object') {
    const entries = entriesFromWire(wire, type, path);
    const names = Object.keys(type.attributes);
    if (entries.size !== names.length || !names.every((name) => entries.has(name)))
      throw new ValueError(path, `an object with the attributes ${names.join(', ')} is required`);
    return Object.fromEntries(
      Object.entries(type.attributes).map(([name, inner]) => [
        name,
        fromWire(entries.get(name), inner, `${path}.${name}`),
      ]),
    );
  }
  if (type.kind === 'map')
    return Object.fromEntries(
      [...entriesFromWire(wire, type, path)].map(([key, item]) => [
        normalize(key),
        fromWire(item, type.element, `${path}["${key}"]`),
      ]),
    );
  if (!Array.isArray(wire)) return mismatch(path, type);
  if (type.kind !== 'tuple') {
    const items = wire.map((item, at) => fromWire(item, type.element, `${path}[${at}]`));
    return type.kind === 'set' ? asSet(items) : items;
  }
  if (wire.length !== type.elements.length) return mismatch(path, type);
  return type.elements.map((element, at) => fromWire(wire[at], element, `${path}[${at}]`));
}

function numberFromWire(wire: unknown, path: string): Value {
  if (typeof wire === 'bigint') return wire;
  if (typeof wire !== 'number' && typeof wire !== 'string') return mismatch(path, 'number');
  try {
    return typeof wire === 'number' && Number.isInteger(wire) ? BigInt(wire) : parseNumber(String(wire));
  } catch {
    throw new ValueError(path, 'a finite decimal number is required');
  }
}

function entriesFromWire(wire: unknown, type: Type, path: string): Map<string, unknown> {
  if (typeof wire !== 'object' || wire === null || Array.isArray(wire) || wire instanceof Uint8Array)
    return mismatch(path, type);
  return new Map(Object.entries(wire));
}
