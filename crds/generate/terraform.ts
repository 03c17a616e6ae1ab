// Terraform attributes from a kind's JSON Schema. What Terraform or a bindings generator cannot express stops the
// generation here, with the field's name, instead of failing in front of a user.

import { z } from 'zod';
import { objectName } from '../fields.ts';
import { holdModeSchema, holdRequestSchema } from '../hold.ts';
import type { Kind } from '../kind.ts';
import type {
  Attribute,
  AttributeType,
  Constraints,
  Nested,
  OperationDefinition,
  PrimitiveType,
  ResourceDefinition,
} from '../terraform.ts';
import { mintedTokenSchema, mintRequestSchema } from '../token.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';

export function terraformResource(kind: Kind): ResourceDefinition {
  return {
    kind: kind.name,
    plural: kind.plural,
    scope: kind.scope,
    version: kind.definitionVersion,
    description: kind.description,
    namePattern: toJsonSchema(objectName).pattern ?? '',
    ...(kind.protectable && { protectable: true }),
    spec: attributes(toJsonSchema(kind.spec), kind.name, kind.name),
  };
}

/** Minting a token, as Terraform sees it. */
export function tokenOperation(): OperationDefinition {
  const { id, name, expiresAt, token } = mintedTokenSchema.shape;
  return {
    description:
      'A token of the API for the time of one run, with a part of the rights of the credential that asks for it. It is ' +
      'revoked at the end of the run, and stands in no plan and no state.',
    request: attributes(toJsonSchema(mintRequestSchema), 'token'),
    answer: attributes(toJsonSchema(z.object({ id, name, expiresAt, token })), 'token'),
  };
}

/** Holding an agent, as Terraform sees it. */
export function holdOperation(): OperationDefinition {
  const mode = holdModeSchema.default('pause');
  return {
    description: 'Keeps an agent from working for a while. What is declared of it does not change.',
    request: attributes(toJsonSchema(holdRequestSchema.extend({ mode })), 'hold'),
    answer: [],
  };
}

function attributes(schema: JsonSchema, path: string, topLevel = ''): Attribute[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).map(([field, inner]) => {
    const name = snakeCase(field);
    if ((path === topLevel && reserved.has(name)) || unbindable.has(name))
      throw new Error(`${path}.${field}: Terraform reserves the name "${name}"`);
    const limits = constraints(inner.items ?? inner);
    return {
      name,
      field,
      description: inner.description ?? missingDescription(`${path}.${field}`),
      type: attributeType(inner, `${path}.${field}`),
      required: required.has(field),
      ...(inner.default !== undefined && { default: inner.default }),
      ...(inner.immutable && { immutable: true }),
      ...(inner.filledIn && { filledIn: true }),
      ...(inner.form && { form: inner.form }),
      ...(inner.sensitive && { sensitive: true }),
      ...(Object.keys(limits).length > 0 && { constraints: limits }),
    };
  });
}

const primitives: Record<string, PrimitiveType> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'bool',
};

function attributeType(schema: JsonSchema, path: string): AttributeType | Nested {
  if (schema.properties) return { nesting: 'single', attributes: attributes(schema, path) };
  if (schema.type === 'array' && schema.items?.properties)
    return { nesting: 'list', attributes: attributes(schema.items, path) };
  if (schema.type === 'array' && schema.items) return ['list', primitive(schema.items, path)];
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return ['map', primitive(schema.additionalProperties, path)];
  return primitive(schema, path);
}

function primitive(schema: JsonSchema, path: string): PrimitiveType {
  // One text or another is a text.
  const either = new Set(schema.anyOf?.map(({ type }) => type));
  const type = primitives[schema.type ?? (either.size === 1 ? [...either][0] : undefined) ?? ''];
  if (type === undefined) throw new Error(`${path}: Terraform has no type for ${JSON.stringify(schema)}`);
  return type;
}

function constraints(schema: JsonSchema): Constraints {
  return {
    ...(schema.enum && { oneOf: schema.enum.map(String) }),
    ...(schema.minimum !== undefined && { minimum: schema.minimum }),
    ...(schema.maximum !== undefined && { maximum: schema.maximum }),
    ...(schema.minLength !== undefined && { minLength: schema.minLength }),
    ...(schema.maxLength !== undefined && { maxLength: schema.maxLength }),
    ...(schema.pattern !== undefined && { pattern: schema.pattern }),
    ...(schema.type === 'integer' && { integer: true }),
  };
}

export function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Terraform's own meta-arguments and the provider's metadata attributes, which stand at the top level. */
const reserved = new Set(
  'count for_each provider lifecycle depends_on provisioner id uid org name labels annotations timeouts deletion_protection'.split(
    ' ',
  ),
);

/** Names for which bindings generators emit code that does not compile. */
const unbindable = new Set(['connection', 'to_string', 'node']);

function missingDescription(path: string): never {
  throw new Error(`${path}: every field needs a description`);
}
