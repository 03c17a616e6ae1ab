// Ephemeral resources. Promise: what was opened can be closed even when it was not whole, since what is kept comes back.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { type TimestampSchema, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { problem } from '../diagnostics.ts';
import { decodeKnownObject, decodePrivate, encodeObject, encodePrivate } from '../protocol/convert.ts';
import { Provider as Protocol } from '../protocol/generated/tfplugin6_pb.js';
import type { Call } from '../protocol/rpc.ts';
import type { Provider, Renewed } from '../provider.ts';
import type { Configuration } from './configuration.ts';
import { diagnosed, named, reporting, told } from './reporting.ts';

export function ephemeralCalls(provider: Provider, configuration: Configuration): Call[] {
  const { method } = Protocol;
  const types = provider.ephemeralResources;
  return [
    reporting(method.validateEphemeralResourceConfig, told, ({ typeName, config }) => {
      const type = named(types, typeName);
      return diagnosed(type.validate(decodeKnownObject(type.schema, config)));
    }),
    reporting(method.openEphemeralResource, told, async ({ typeName, config, clientCapabilities }) => {
      const type = named(types, typeName);
      const deferral = configuration.deferral(clientCapabilities);
      const given = decodeKnownObject(type.schema, config);
      if (deferral.deferred !== undefined) return { result: encodeObject(type.schema, given), ...deferral };
      const opened = await type.open(given);
      return { result: encodeObject(type.schema, opened.result), ...kept(opened) };
    }),
    reporting(method.renewEphemeralResource, told, async ({ typeName, private: held }) => {
      const { renew } = named(types, typeName);
      if (renew === undefined)
        return diagnosed([problem('It cannot be renewed', `A ${typeName} is not renewed.`)]);
      return kept(await renew(decodePrivate(held ?? new Uint8Array())));
    }),
    reporting(method.closeEphemeralResource, told, async ({ typeName, private: held }) => {
      const { close } = named(types, typeName);
      return diagnosed((await close?.(decodePrivate(held ?? new Uint8Array()))) ?? []);
    }),
  ];
}

function kept({ renewAt, private: held, diagnostics }: Renewed) {
  return {
    private: encodePrivate(held),
    ...(renewAt !== undefined && { renewAt: timestamp(renewAt) }),
    ...diagnosed(diagnostics),
  };
}

const timestamp = (ms: number): MessageInitShape<typeof TimestampSchema> => timestampFromMs(ms);
