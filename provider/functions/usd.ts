// usd("50.00") = 50000000: money in the unit of the API, without a double in between.

import { ArgumentError, MOST, type ProviderFunction, textArgument } from '../sdk/function.ts';

const AMOUNT = /^(\d+)(?:\.(\d{1,6}))?$/;

export const usd: ProviderFunction = {
  name: 'usd',
  summary: 'Micro-USD of an amount in USD',
  description:
    'Turns an amount in USD into the micro-USD that budgets count in: `usd("50.00")` is `50000000`. The amount has at most six decimal places and is exact.',
  parameters: [
    { name: 'amount', type: 'string', description: 'An amount in USD, e.g. `"50.00"` or `"0.000125"`.' },
  ],
  returns: 'number',
  call: (args) => {
    const text = textArgument(args, 0);
    const [, whole, fraction = ''] = AMOUNT.exec(text) ?? [];
    if (whole === undefined)
      throw new ArgumentError(
        0,
        'must be an amount in USD such as "50.00", with at most six decimal places and without sign or currency',
      );
    const micro = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
    if (micro > MOST) throw new ArgumentError(0, `must be at most ${MOST} micro-USD`);
    return micro;
  },
};
