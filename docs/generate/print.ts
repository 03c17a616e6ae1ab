// The provider's schema in the form of `terraform providers schema -json`, made from the provider itself. Promise: the same
// whatever CLI there is, since older ones leave out identities, lists and actions. Never: a CLI, a build or the network.

import { PROVIDER_ADDRESS } from '../../provider/address.ts';
import { createProvider } from '../../provider/provider.ts';
import { typeToJson } from '../../provider/sdk/cty/type.ts';
import type { ProviderFunction } from '../../provider/sdk/function.ts';
import {
  type Attribute,
  type IdentitySchema,
  isNested,
  type Schema,
} from '../../provider/sdk/schema/schema.ts';

/** JSON text. */
export function printSchema(): string {
  const provider = createProvider({});
  const identities = [...provider.resources].flatMap(([name, { identity }]): [string, IdentitySchema][] =>
    identity === undefined ? [] : [[name, identity.schema]],
  );
  const printed = {
    provider: schemaJson(provider.schema),
    resource_schemas: each(provider.resources, ({ schema }) => schemaJson(schema)),
    data_source_schemas: each(provider.dataSources, ({ schema }) => schemaJson(schema)),
    ephemeral_resource_schemas: each(provider.ephemeralResources, ({ schema }) => schemaJson(schema)),
    list_resource_schemas: each(provider.listResources, ({ schema }) => schemaJson(schema)),
    action_schemas: each(provider.actions, ({ schema }) => ({ block: blockJson(schema) })),
    functions: each(provider.functions, functionJson),
    resource_identity_schemas: each(identities, identityJson),
  };
  return JSON.stringify({ format_version: '1.0', provider_schemas: { [PROVIDER_ADDRESS]: printed } });
}

/** By name, and in the order of names, as the CLI has it. */
function each<T>(things: Iterable<readonly [string, T]>, json: (thing: T) => unknown): object {
  const sorted = [...things].sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, thing]) => [name, json(thing)]));
}

const described = (description: string) => ({ description, description_kind: 'markdown' });

const schemaJson = (schema: Schema) => ({ version: schema.version, block: blockJson(schema) });

const blockJson = ({ attributes, description }: Schema) => ({
  attributes: attributesJson(attributes),
  ...described(description),
});

function attributesJson(attributes: readonly Attribute[]): object {
  const named = attributes.map((attribute) => [attribute.name, attribute] as const);
  return each(named, ({ type, description, ...attribute }) => ({
    ...(isNested(type)
      ? { nested_type: { attributes: attributesJson(type.attributes), nesting_mode: type.nesting } }
      : { type: typeToJson(type) }),
    ...described(description),
    ...(attribute.required && { required: true }),
    ...(attribute.optional && { optional: true }),
    ...(attribute.computed && { computed: true }),
    ...(attribute.sensitive && { sensitive: true }),
    ...(attribute.writeOnly && { write_only: true }),
    ...(attribute.deprecated !== undefined && { deprecated: true }),
  }));
}

const functionJson = ({ description, summary, returns, parameters }: ProviderFunction) => ({
  description,
  summary,
  return_type: typeToJson(returns),
  parameters: parameters.map((parameter) => ({ ...parameter, type: typeToJson(parameter.type) })),
});

const identityJson = ({ version, attributes }: IdentitySchema) => ({
  version,
  attributes: each(
    attributes.map((attribute) => [attribute.name, attribute] as const),
    ({ type, description, required }) => ({
      type: typeToJson(type),
      description,
      ...(required ? { required_for_import: true } : { optional_for_import: true }),
    }),
  ),
});
