// The provider program that Terraform starts.

import { PROVIDER_ADDRESS } from './address.ts';
import { serve } from './sdk/serve.ts';

/** Resolves when the provider serves. */
export const started = serve(
  async () => {
    const { createProvider } = await import('./provider.ts');
    return createProvider(process.env);
  },
  { address: PROVIDER_ADDRESS },
);
