// Data sources. Promise: where the provider's configuration is not known yet and core can defer, nothing is read and the
// whole answer is unknown.

import { UNKNOWN } from '../cty/value.ts';
import { decodeKnownObject, encodeObject, encodeValue } from '../protocol/convert.ts';
import { ProviderDefinition } from '../protocol/generated/tfplugin6.ts';
import type { Call } from '../protocol/rpc.ts';
import type { Provider } from '../provider.ts';
import { typeOf } from '../schema/schema.ts';
import type { Configuration } from './configuration.ts';
import { diagnosed, named, reporting, told } from './reporting.ts';

export function dataSourceCalls(provider: Provider, configuration: Configuration): Call[] {
  const { methods } = ProviderDefinition;
  return [
    reporting(methods.validateDataResourceConfig, told, ({ typeName, config }) => {
      const source = named(provider.dataSources, typeName);
      return diagnosed(source.validate(decodeKnownObject(source.schema, config)));
    }),
    reporting(methods.readDataSource, told, async ({ typeName, config, clientCapabilities }) => {
      const source = named(provider.dataSources, typeName);
      const deferral = configuration.deferral(clientCapabilities);
      if (deferral.deferred !== undefined)
        return { state: encodeValue(typeOf(source.schema.attributes), UNKNOWN), ...deferral };
      const { state, diagnostics } = await source.read(decodeKnownObject(source.schema, config));
      return { state: encodeObject(source.schema, state), ...diagnosed(diagnostics) };
    }),
  ];
}
