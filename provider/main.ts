// The provider program that Terraform starts.

import { PROVIDER_ADDRESS } from './address.ts';
import { createProvider } from './provider.ts';
import { serve } from './sdk/serve.ts';

/** Resolves when the provider serves. */
export const started = serve(() => createProvider(process.env), { address: PROVIDER_ADDRESS });
