// window_seconds("month") = 2678400: the longest that a budget's window can last.

import type { BudgetWindow } from '../../crds/budget.ts';
import { ArgumentError, type ProviderFunction, textArgument } from '../sdk/function.ts';

/** A day of 25 hours, when clocks are put back, is the longest; it lies in every longer window. */
const LONGEST: Readonly<Record<BudgetWindow, bigint>> = {
  hour: 3_600n,
  day: 25n * 3_600n,
  week: (7n * 24n + 1n) * 3_600n,
  month: (31n * 24n + 1n) * 3_600n,
};
const windows: ReadonlyMap<string, bigint> = new Map(Object.entries(LONGEST));

export const windowSeconds: ProviderFunction = {
  name: 'window_seconds',
  summary: 'Longest duration of a budget window in seconds',
  description:
    'The most seconds that a budget\'s calendar window can last, with the hour by which clocks are put back. Limits of rates follow from it: `limit / window_seconds("day")`.',
  parameters: [{ name: 'window', type: 'string', description: `One of ${[...windows.keys()].join(', ')}.` }],
  returns: 'number',
  call: (args) => {
    const longest = windows.get(textArgument(args, 0));
    if (longest === undefined) throw new ArgumentError(0, `must be one of ${[...windows.keys()].join(', ')}`);
    return longest;
  },
};
