// seconds("1h30m") = 5400: a duration as the API counts it.

import { ArgumentError, MOST, type ProviderFunction, textArgument } from '../sdk/function.ts';

const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;
const UNITS = [86_400n, 3_600n, 60n, 1n];

export const seconds: ProviderFunction = {
  name: 'seconds',
  summary: 'Seconds of a duration',
  description:
    'Turns a duration of days, hours, minutes and seconds into seconds: `seconds("1h30m")` is `5400`.',
  parameters: [
    {
      name: 'duration',
      type: 'string',
      description: 'Whole numbers with `d`, `h`, `m` and `s`, the longest unit first.',
    },
  ],
  returns: 'number',
  call: (args) => {
    const text = textArgument(args, 0);
    const parts = DURATION.exec(text)?.slice(1);
    if (text === '' || parts === undefined)
      throw new ArgumentError(0, 'must be a duration such as "90s", "1h30m" or "2d", the longest unit first');
    const total = parts.reduce((sum, part, at) => sum + BigInt(part ?? 0) * (UNITS[at] ?? 0n), 0n);
    if (total > MOST) throw new ArgumentError(0, `must be at most ${MOST} seconds`);
    return total;
  },
};
