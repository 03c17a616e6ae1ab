// AgentRole: what its holders may and may not do. Deny wins over allow, whichever role it comes from; what no rule allows is
// denied. Roles are given by bindings only.

import { z } from 'zod';
import { labelSelector, patterned, reference, text } from './fields.ts';
import { defineKind } from './kind.ts';
import { roleVerbs } from './verbs.ts';

export const ruleEffects = ['allow', 'deny'] as const;

export const agentRoleSpec = z.strictObject({
  description: text({ max: 1024 }).optional().describe('What the role is for.'),
  inherits: z
    .array(reference('AgentRole', 'A role whose rules count as rules of this one.'))
    .max(16)
    .default([])
    .describe('Roles whose rules count as rules of this one.'),
  rules: z
    .array(
      z.strictObject({
        effect: z.enum(ruleEffects).default('allow').describe('allow or deny; deny wins.'),
        verbs: z
          .array(z.enum([...roleVerbs, '*']).describe('A verb, or * for all.'))
          .min(1)
          .max(32)
          .describe('Verbs that the rule is about.'),
        kinds: z
          .array(
            patterned(/^(\*|[A-Z][A-Za-z]{1,62})$/, 63, 'a kind such as "Agent", or "*"').describe(
              'A kind, or *.',
            ),
          )
          .min(1)
          .max(32)
          .describe('Kinds of objects that the rule is about.'),
        selector: labelSelector('Labels of the objects that the rule is about; all when empty.').default(''),
      }),
    )
    .max(64)
    .default([])
    .describe('Rules. Without any, and without inherited ones, the role allows nothing.'),
});
export type AgentRoleSpec = z.infer<typeof agentRoleSpec>;

export const agentRole = defineKind({
  name: 'AgentRole',
  singular: 'agentrole',
  plural: 'agentroles',
  shortNames: ['arole'],
  scope: 'org',
  description: 'A set of rules, verb by kind by labels, that allow or deny.',
  definitionVersion: 1,
  spec: agentRoleSpec,
  columns: [],
});
