// Which fields of a spec name other objects. Read from the definitions (`reference()` in fields.ts), so that admission,
// the reverse index, deletion and the docs agree without a list of their own.

import { z } from 'zod';
import { toPointer } from './json.ts';
import type { Kind } from './kind.ts';

export interface Reference {
  /** JSON pointer into the object, e.g. `/spec/budget`. */
  readonly pointer: string;
  readonly kind: string;
  readonly name: string;
}

/** Every reference that a spec holds. */
export function referencesOf(kind: Kind, spec: unknown): Reference[] {
  return walk(kind.spec, spec, ['spec']);
}

function walk(schema: z.core.$ZodType, value: unknown, path: (string | number)[]): Reference[] {
  if (value === undefined || value === null) return [];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return walk(schema.unwrap(), value, path);
  if (schema instanceof z.ZodObject && typeof value === 'object')
    return Object.entries(schema.shape).flatMap(([field, inner]) =>
      walk(inner, (value as Record<string, unknown>)[field], [...path, field]),
    );
  if (schema instanceof z.ZodArray && Array.isArray(value))
    return value.flatMap((item, index) => walk(schema.element, item, [...path, index]));
  const target = z.globalRegistry.get(schema)?.references;
  return target !== undefined && typeof value === 'string'
    ? [{ pointer: toPointer(path), kind: target, name: value }]
    : [];
}
