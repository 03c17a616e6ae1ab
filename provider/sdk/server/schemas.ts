// What the provider has: its schemas, by name, and what it is able to do.

import { actionMessage, functionMessage, identitySchemaMessage, schemaMessage } from '../protocol/convert.ts';
import { ProviderDefinition } from '../protocol/generated/tfplugin6.ts';
import type { Call } from '../protocol/rpc.ts';
import type { Provider } from '../provider.ts';
import type { Schema } from '../schema/schema.ts';
import { reporting, told } from './reporting.ts';

const capabilities = {
  planDestroy: true,
  getProviderSchemaOptional: true,
  moveResourceState: true,
  generateResourceConfig: true,
};

export function schemaCalls(provider: Provider): Call[] {
  const { methods } = ProviderDefinition;
  const typeNames = (types: ReadonlyMap<string, unknown>) =>
    [...types.keys()].map((typeName) => ({ typeName }));
  return [
    reporting(methods.getMetadata, told, () => ({
      serverCapabilities: capabilities,
      resources: typeNames(provider.resources),
      dataSources: typeNames(provider.dataSources),
      functions: [...provider.functions.keys()].map((name) => ({ name })),
      ephemeralResources: typeNames(provider.ephemeralResources),
      listResources: typeNames(provider.listResources),
      actions: typeNames(provider.actions),
    })),
    reporting(methods.getProviderSchema, told, () => ({
      provider: schemaMessage(provider.schema),
      resourceSchemas: schemaMessages(provider.resources),
      dataSourceSchemas: schemaMessages(provider.dataSources),
      ephemeralResourceSchemas: schemaMessages(provider.ephemeralResources),
      listResourceSchemas: schemaMessages(provider.listResources),
      actionSchemas: mapped(provider.actions, ({ schema }) => actionMessage(schema)),
      functions: mapped(provider.functions, functionMessage),
      serverCapabilities: capabilities,
    })),
    reporting(methods.getResourceIdentitySchemas, told, () => ({
      identitySchemas: Object.fromEntries(
        [...provider.resources].flatMap(([name, { identity }]) =>
          identity === undefined ? [] : [[name, identitySchemaMessage(identity.schema)]],
        ),
      ),
    })),
    reporting(methods.getFunctions, told, () => ({
      functions: mapped(provider.functions, functionMessage),
    })),
  ];
}

function mapped<T, M>(types: ReadonlyMap<string, T>, message: (type: T) => M): Record<string, M> {
  return Object.fromEntries([...types].map(([name, type]) => [name, message(type)]));
}

const schemaMessages = (types: ReadonlyMap<string, { readonly schema: Schema }>) =>
  mapped(types, ({ schema }) => schemaMessage(schema));
