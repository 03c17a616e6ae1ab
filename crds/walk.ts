// Walks a spec along its definition, so that what a field means is read from there and never from a list of names.

import { z } from 'zod';
import type { Kind } from './kind.ts';

type Path = readonly (string | number)[];

/** What `visit` says of each schema that the spec has a value for, outermost first; what it says ends the walk there. */
export function walkSpec<T>(
  kind: Kind,
  spec: unknown,
  visit: (meta: z.GlobalMeta, value: unknown, path: Path) => T | undefined,
): T[] {
  const walk = (schema: z.core.$ZodType, value: unknown, path: Path): T[] => {
    if (value === undefined || value === null) return [];
    const said = visit(z.globalRegistry.get(schema) ?? {}, value, path);
    if (said !== undefined) return [said];
    if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
      return walk(schema.unwrap(), value, path);
    if (schema instanceof z.ZodObject && typeof value === 'object') {
      const fields = new Map(Object.entries(value));
      return Object.entries(schema.shape).flatMap(([field, inner]) =>
        walk(inner, fields.get(field), [...path, field]),
      );
    }
    if (schema instanceof z.ZodArray && Array.isArray(value))
      return value.flatMap((item, index) => walk(schema.element, item, [...path, index]));
    return [];
  };
  return walk(kind.spec, spec, ['spec']);
}
