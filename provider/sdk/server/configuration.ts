// The provider block, and stop. Promise: whether the configuration is known yet is remembered here for all other servers, so
// that a core which can defer is told to.

import { decodeKnownObject } from '../protocol/convert.ts';
import {
  type ClientCapabilities,
  Deferred_Reason,
  ProviderDefinition,
} from '../protocol/generated/tfplugin6.ts';
import { type Call, unary } from '../protocol/rpc.ts';
import type { Provider } from '../provider.ts';
import { diagnosed, reporting, told } from './reporting.ts';

export interface Configuration {
  readonly calls: Call[];
  /** What to add to an answer that needs the configuration: nothing, or that it has to wait, if core knows how to. */
  deferral(client: ClientCapabilities | undefined): {
    readonly deferred?: { readonly reason: Deferred_Reason };
  };
}

export function configurationCalls(provider: Provider): Configuration {
  const { methods } = ProviderDefinition;
  let isUnknown = false;
  return {
    calls: [
      reporting(methods.validateProviderConfig, told, ({ config }) =>
        diagnosed(provider.validate(decodeKnownObject(provider.schema, config))),
      ),
      reporting(methods.configureProvider, told, ({ config, clientCapabilities }) => {
        const configured = provider.configure(decodeKnownObject(provider.schema, config));
        isUnknown = configured.unknown;
        // Who can defer is told by every answer, and needs no warning.
        const isTold = isUnknown && clientCapabilities?.deferralAllowed === true;
        return diagnosed(isTold ? [] : configured.diagnostics);
      }),
      unary(methods.stopProvider, () => {
        provider.stop();
        return {};
      }),
    ],
    deferral: (client) =>
      isUnknown && client?.deferralAllowed
        ? { deferred: { reason: Deferred_Reason.PROVIDER_CONFIG_UNKNOWN } }
        : {},
  };
}
