// Policy: rules in Rego that changes (target admission) or an agent's acts (target runtime) are held to.

import { z } from 'zod';
import { text } from './fields.ts';
import { defineKind } from './kind.ts';

export const policyTargets = ['admission', 'runtime'] as const;
export const enforcements = ['advisory', 'soft-mandatory', 'hard-mandatory'] as const;
export type Enforcement = (typeof enforcements)[number];

export const policySpec = z.strictObject({
  description: text({ max: 1024 }).optional().describe('What the policy is for.'),
  target: z
    .enum(policyTargets)
    .default('admission')
    .describe('admission: judges changes. runtime: judges what agents do.'),
  enforcement: z
    .enum(enforcements)
    .default('hard-mandatory')
    .describe('advisory: warns. soft-mandatory: refuses unless waived. hard-mandatory: refuses.'),
  rego: text({ min: 1, max: 131_072 }).meta({ description: 'One Rego module.', form: 'lines' }),
});
export type PolicySpec = z.infer<typeof policySpec>;

export const policy = defineKind({
  name: 'Policy',
  singular: 'policy',
  plural: 'policies',
  shortNames: ['pol'],
  scope: 'org',
  description: 'Rules in Rego that changes or acts are held to.',
  definitionVersion: 1,
  spec: policySpec,
  columns: [
    { name: 'Target', pointer: '/spec/target' },
    { name: 'Enforcement', pointer: '/spec/enforcement' },
  ],
});
