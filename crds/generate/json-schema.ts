// JSON Schema of a kind's spec, straight from zod. The other generators walk this, not zod's internals.

import { z } from 'zod';
import { API_VERSION } from '../api.ts';
import type { CelRule } from '../cel.ts';
import { annotations, labels, objectName } from '../fields.ts';
import type { Kind } from '../kind.ts';
import type { TextForm } from '../terraform.ts';

export interface JsonSchema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
  references?: string;
  immutable?: boolean;
  filledIn?: boolean;
  form?: TextForm;
  sensitive?: boolean;
  anyOf?: JsonSchema[];
}

/** What only Kubernetes reads. */
export interface RuledSchema extends JsonSchema {
  cel?: readonly CelRule[];
  listMapKey?: string;
}

/** Schema of what a client writes: fields with a default are optional. */
export function toJsonSchema(schema: z.core.$ZodType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.cel;
      delete jsonSchema.listMapKey;
      delete jsonSchema.secretRef;
    },
  });
  return rest as JsonSchema;
}

/** The same with the rules for Kubernetes. */
export function toRuledSchema(schema: z.core.$ZodType): RuledSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.secretRef;
    },
  });
  return rest as RuledSchema;
}

/** Schema of a whole manifest of this kind, for editors and other tools. */
export function manifestJsonSchema(kind: Kind): JsonSchema & { $schema: string; title: string } {
  const scoped =
    kind.scope === 'org' ? { org: { ...toJsonSchema(objectName), description: 'Name of the org.' } } : {};
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: kind.name,
    description: kind.description,
    type: 'object',
    properties: {
      apiVersion: { const: API_VERSION },
      kind: { const: kind.name },
      metadata: {
        type: 'object',
        properties: {
          ...scoped,
          name: toJsonSchema(objectName),
          labels: toJsonSchema(labels),
          annotations: toJsonSchema(annotations),
        },
        required: [...Object.keys(scoped), 'name'],
        additionalProperties: false,
      },
      spec: toJsonSchema(kind.spec),
    },
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
  };
}
