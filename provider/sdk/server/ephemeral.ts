// Ephemeral resources. Promise: what was opened can be closed even when it was not whole, since what is kept comes back.

import { problem } from '../diagnostics.ts';
import {
  decodeKnownObject,
  decodePrivate,
  encodeObject,
  encodePrivate,
  timestampMessage,
} from '../protocol/convert.ts';
import { ProviderDefinition } from '../protocol/generated/tfplugin6.ts';
import type { Call } from '../protocol/rpc.ts';
import type { Provider, Renewed } from '../provider.ts';
import type { Configuration } from './configuration.ts';
import { diagnosed, named, reporting, told } from './reporting.ts';

export function ephemeralCalls(provider: Provider, configuration: Configuration): Call[] {
  const { methods } = ProviderDefinition;
  const types = provider.ephemeralResources;
  return [
    reporting(methods.validateEphemeralResourceConfig, told, ({ typeName, config }) => {
      const type = named(types, typeName);
      return diagnosed(type.validate(decodeKnownObject(type.schema, config)));
    }),
    reporting(methods.openEphemeralResource, told, async ({ typeName, config, clientCapabilities }) => {
      const type = named(types, typeName);
      const deferral = configuration.deferral(clientCapabilities);
      const given = decodeKnownObject(type.schema, config);
      if (deferral.deferred !== undefined) return { result: encodeObject(type.schema, given), ...deferral };
      const opened = await type.open(given);
      return { result: encodeObject(type.schema, opened.result), ...kept(opened) };
    }),
    reporting(methods.renewEphemeralResource, told, async ({ typeName, private: held }) => {
      const { renew } = named(types, typeName);
      if (renew === undefined)
        return diagnosed([problem('It cannot be renewed', `A ${typeName} is not renewed.`)]);
      return kept(await renew(decodePrivate(held ?? new Uint8Array())));
    }),
    reporting(methods.closeEphemeralResource, told, async ({ typeName, private: held }) => {
      const { close } = named(types, typeName);
      return diagnosed((await close?.(decodePrivate(held ?? new Uint8Array()))) ?? []);
    }),
  ];
}

function kept({ renewAt, private: held, diagnostics }: Renewed) {
  return {
    private: encodePrivate(held),
    ...(renewAt !== undefined && { renewAt: timestampMessage(renewAt) }),
    ...diagnosed(diagnostics),
  };
}
