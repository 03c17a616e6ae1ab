// Every provider function, by its name.

import type { ProviderFunction } from '../sdk/function.ts';
import { callPrice } from './call-price.ts';
import { nextAddress } from './next-address.ts';
import { seconds } from './seconds.ts';
import { usd } from './usd.ts';
import { windowSeconds } from './window-seconds.ts';

export const functions: ReadonlyMap<string, ProviderFunction> = new Map(
  [usd, callPrice, seconds, windowSeconds, nextAddress].map((each) => [each.name, each]),
);
