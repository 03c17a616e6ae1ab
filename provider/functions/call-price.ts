// call_price(1200, 300, usd("3"), usd("15")): what one call of a model costs, as it is booked.

import { ArgumentError, countArgument, MOST, type ProviderFunction } from '../sdk/function.ts';

const MILLION = 1_000_000n;

export const callPrice: ProviderFunction = {
  name: 'call_price',
  summary: 'Price of one model call in micro-USD',
  description:
    'What a call of a model costs in micro-USD, rounded up: a call that costs anything is never free. Prices are in micro-USD for a million tokens, as providers list them: `call_price(1200, 300, provider::lattice::usd("3"), provider::lattice::usd("15"))` is `8100`.',
  parameters: [
    { name: 'input_tokens', type: 'number', description: 'Tokens sent.' },
    { name: 'output_tokens', type: 'number', description: 'Tokens received.' },
    { name: 'input_price', type: 'number', description: 'Micro-USD for a million tokens sent.' },
    { name: 'output_price', type: 'number', description: 'Micro-USD for a million tokens received.' },
  ],
  returns: 'number',
  call: (args) => {
    const [input, output, inputPrice, outputPrice] = [0, 1, 2, 3].map((at) => countArgument(args, at));
    const total = (input ?? 0n) * (inputPrice ?? 0n) + (output ?? 0n) * (outputPrice ?? 0n);
    const micro = (total + MILLION - 1n) / MILLION;
    if (micro > MOST) throw new ArgumentError(0, `makes the call cost more than ${MOST} micro-USD`);
    return micro;
  },
};
