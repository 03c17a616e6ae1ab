// Every call of the provider service that this SDK serves; what is not among them, the gRPC server answers with UNIMPLEMENTED.

import type { Call } from '../protocol/rpc.ts';
import type { Provider } from '../provider.ts';
import { actionCalls } from './actions.ts';
import { configurationCalls } from './configuration.ts';
import { dataSourceCalls } from './data-sources.ts';
import { ephemeralCalls } from './ephemeral.ts';
import { functionCalls } from './functions.ts';
import { listCalls } from './lists.ts';
import { resourceCalls } from './resources.ts';
import { schemaCalls } from './schemas.ts';

export function providerCalls(provider: Provider): Call[] {
  const configuration = configurationCalls(provider);
  return [
    ...schemaCalls(provider),
    ...configuration.calls,
    ...resourceCalls(provider, configuration),
    ...dataSourceCalls(provider, configuration),
    ...functionCalls(provider),
    ...ephemeralCalls(provider, configuration),
    ...listCalls(provider),
    ...actionCalls(provider, configuration),
  ];
}
