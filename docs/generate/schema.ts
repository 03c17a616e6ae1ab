// What `terraform providers schema -json` prints, parsed. Promise: a kind of thing that the printing CLI knows and the provider
// has is here; one that is absent was either not known to the CLI or the provider has none, and nobody can tell which.

import { z } from 'zod';

export type TypeExpression =
  | string
  | readonly ['list' | 'set' | 'map', TypeExpression]
  | readonly ['tuple', readonly TypeExpression[]]
  | readonly ['object', Readonly<Record<string, TypeExpression>>];

const typeExpression: z.ZodType<TypeExpression> = z.lazy(() =>
  z.union([
    z.string(),
    z.tuple([z.enum(['list', 'set', 'map']), typeExpression]),
    z.tuple([z.literal('tuple'), z.array(typeExpression)]),
    // A third element would name members that may be left out; providers cannot declare such.
    z.tuple([z.literal('object'), z.record(z.string(), typeExpression)]),
  ]),
);

const nestingMode = z.enum(['single', 'list', 'set', 'map', 'group']);
export type NestingMode = z.infer<typeof nestingMode>;

const attribute = z.object({
  type: typeExpression.optional(),
  get nested_type() {
    return z.object({ attributes: z.record(z.string(), attribute), nesting_mode: nestingMode }).optional();
  },
  description: z.string().default(''),
  required: z.boolean().default(false),
  optional: z.boolean().default(false),
  computed: z.boolean().default(false),
  sensitive: z.boolean().default(false),
  write_only: z.boolean().default(false),
  deprecated: z.boolean().default(false),
});
export type Attribute = z.infer<typeof attribute>;

const block = z.object({
  attributes: z.record(z.string(), attribute).default({}),
  get block_types() {
    return z
      .record(z.string(), z.object({ nesting_mode: nestingMode, block, min_items: z.int().default(0) }))
      .default({});
  },
  description: z.string().default(''),
});
export type Block = z.infer<typeof block>;

const schemas = z.record(z.string(), z.object({ block: block.prefault({}) }));

const parameter = z.object({ name: z.string(), type: typeExpression, description: z.string().default('') });
const functionSignature = z.object({
  summary: z.string().default(''),
  description: z.string().default(''),
  return_type: typeExpression,
  parameters: z.array(parameter).default([]),
  variadic_parameter: parameter.optional(),
});
export type FunctionSignature = z.infer<typeof functionSignature>;

const identity = z.object({
  attributes: z.record(
    z.string(),
    z.object({
      type: typeExpression,
      description: z.string().default(''),
      required_for_import: z.boolean().default(false),
      optional_for_import: z.boolean().default(false),
    }),
  ),
});
export type Identity = z.infer<typeof identity>;

const providerSchema = z.object({
  provider: z.object({ block: block.prefault({}) }).prefault({}),
  resource_schemas: schemas.optional(),
  data_source_schemas: schemas.optional(),
  ephemeral_resource_schemas: schemas.optional(),
  action_schemas: schemas.optional(),
  list_resource_schemas: schemas.optional(),
  functions: z.record(z.string(), functionSignature).optional(),
  resource_identity_schemas: z.record(z.string(), identity).optional(),
});
export type ProviderSchema = z.infer<typeof providerSchema>;

/** The schema of one provider out of what was printed. */
export function parseSchema(printed: unknown, address: string): ProviderSchema {
  const { provider_schemas } = z
    .object({ provider_schemas: z.record(z.string(), providerSchema) })
    .parse(printed);
  const found = provider_schemas[address];
  if (found === undefined) throw new Error(`the printed schema has no provider ${address}`);
  return found;
}
