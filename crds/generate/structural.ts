// A JSON Schema in the form that the Kubernetes API server takes. Promise: what it cannot say the same way stops the generation
// with its field, instead of being left out. Never: a rule about one kind or field.

import type { CelRule } from '../cel.ts';
import type { RuledSchema } from './json-schema.ts';

export interface StructuralSchema {
  readonly [keyword: string]: unknown;
}

/** No text may hold NUL, which Postgres cannot store; where a pattern allows it, this one does not. */
const NO_NUL = '^[^\\x00]*$';

/** Keywords that mean the same to both. */
const shared = [
  'type',
  'description',
  'default',
  'enum',
  'required',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'pattern',
  'format',
] as const;

/** Keywords that are for other surfaces. Kubernetes prunes unknown fields itself, or refuses them when asked to. */
const otherSurfaces = new Set(['references', 'immutable', 'filledIn', 'form', 'sensitive', 'propertyNames']);

export interface Place {
  readonly path?: string;
  /** The spec of a kind, whose fields can be immutable. */
  readonly isSpec?: boolean;
}

export function structural(schema: RuledSchema, { path = '', isSpec = false }: Place = {}): StructuralSchema {
  const { properties, items, additionalProperties, cel = [], listMapKey, ...rest } = schema;
  const unknown = Object.keys(rest).filter(
    (keyword) => !otherSurfaces.has(keyword) && !shared.some((known) => known === keyword),
  );
  if (unknown.length > 0) throw new Error(`${path}: Kubernetes has no ${unknown.join(', ')}`);
  // The API server lets a list pass for a text that has a format, so a pattern speaks alone.
  const dropped = rest.pattern === undefined ? undefined : 'format';
  const kept = shared
    .filter((keyword) => keyword !== dropped && rest[keyword] !== undefined)
    .map((keyword) => [keyword, rest[keyword]]);
  return {
    ...Object.fromEntries(kept),
    ...(rest.type === 'integer' && { format: 'int64' }),
    ...(isFreeText(rest) && { pattern: NO_NUL }),
    ...(items && { items: structural(items, { path: `${path}[]` }) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: structural(additionalProperties, { path: `${path}{}` }),
    }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([field, inner]) => [
          field,
          structural(inner, { path: `${path}.${field}` }),
        ]),
      ),
    }),
    ...(listMapKey !== undefined && {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': [listMapKey],
    }),
    ...validations([...cel, ...immutability(schema, path, isSpec)]),
  };
}

const isFreeText = ({ type, pattern, format, enum: values }: RuledSchema): boolean =>
  type === 'string' && pattern === undefined && format === undefined && values === undefined;

/** Rules stand on the parent: one on the field itself says nothing when the field is added or taken away. */
function immutability(
  { properties = {}, required = [] }: RuledSchema,
  path: string,
  isSpec: boolean,
): CelRule[] {
  const fields = Object.entries(properties).filter(([, { immutable }]) => immutable);
  if (fields.length > 0 && !isSpec)
    throw new Error(`${path}: only fields of the spec itself can be immutable`);
  return fields.map(([field]) => {
    const same = `self.${field} == oldSelf.${field}`;
    return {
      rule: required.includes(field)
        ? same
        : `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || ${same})`,
      message: `${field} cannot be changed; delete the object and create it again`,
      fieldPath: `.${field}`,
      reason: 'FieldValueForbidden',
    };
  });
}

function validations(rules: readonly CelRule[]): StructuralSchema {
  return rules.length === 0 ? {} : { 'x-kubernetes-validations': rules.map((rule) => ({ ...rule })) };
}
