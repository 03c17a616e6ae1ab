// Budget: what may be spent in a calendar window. Budgets form a tree by `parent`, and a call must fit every budget from
// its agent's up to the root. Absent, empty and zero differ: no limit of its own, no thresholds, nothing allowed.

import { z } from 'zod';
import { microUsd, reference, timeZone, tokens } from './fields.ts';
import { defineKind } from './kind.ts';

export const budgetWindows = ['hour', 'day', 'week', 'month'] as const;
export type BudgetWindow = (typeof budgetWindows)[number];

/** Each list of thresholds, and the limit that they must stay within. */
const pairs = [
  ['softThresholdsMicroUsd', 'limitMicroUsd'],
  ['softThresholdsTokens', 'limitTokens'],
] as const;

const thresholds = (unit: string) =>
  z
    .array(z.int().min(1).max(Number.MAX_SAFE_INTEGER).describe(`One threshold, in ${unit}.`))
    .max(16)
    .default([])
    .describe(`Spending at which an alert is raised once per window, in ${unit}. Nothing is refused by it.`);

export const budgetSpec = z
  .strictObject({
    parent: reference(
      'Budget',
      'The budget that this one is part of. Leave it out for a root budget.',
    ).optional(),
    limitMicroUsd: microUsd(
      'Most that may be spent in one window, in micro-USD (1 USD = 1000000). 0 allows nothing; left out, only the ' +
        'budgets above limit it.',
    ).optional(),
    limitTokens: tokens(
      'Most tokens that may be used in one window. 0 allows none; left out, only the budgets above limit it.',
    ).optional(),
    window: z
      .enum(budgetWindows)
      .default('month')
      .describe('Calendar window after which spending starts at zero.'),
    timeZone: timeZone.default('UTC'),
    softThresholdsMicroUsd: thresholds('micro-USD'),
    softThresholdsTokens: thresholds('tokens'),
    shadow: z
      .boolean()
      .default(false)
      .describe('Record what would have been refused, and refuse nothing. For trying a limit out.'),
  })
  .check(({ value, issues }) => {
    for (const [list, limit] of pairs) {
      value[list].forEach((threshold, index) => {
        const most = value[limit];
        if (most === undefined || threshold <= most) return;
        issues.push({
          code: 'custom',
          input: threshold,
          path: [list, index],
          message: `a threshold of ${threshold} is never reached: ${limit} is ${most}`,
        });
      });
    }
  })
  .meta({
    cel: pairs.map(([list, limit]) => ({
      rule: `!has(self.${limit}) || !has(self.${list}) || self.${list}.all(threshold, threshold <= self.${limit})`,
      message: `a threshold above ${limit} is never reached`,
      fieldPath: `.${list}`,
    })),
  });
export type BudgetSpec = z.infer<typeof budgetSpec>;

export const budget = defineKind({
  name: 'Budget',
  singular: 'budget',
  plural: 'budgets',
  shortNames: ['bud'],
  scope: 'org',
  description:
    'A limit on money and tokens in a calendar window; budgets form a tree up to the root of the org.',
  definitionVersion: 1,
  spec: budgetSpec,
  protectable: true,
  columns: [
    { name: 'Parent', pointer: '/spec/parent' },
    { name: 'Limit-Micro-USD', pointer: '/spec/limitMicroUsd' },
    { name: 'Window', pointer: '/spec/window' },
  ],
});
