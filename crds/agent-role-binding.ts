// AgentRoleBinding: gives one role to subjects. There is no other way to hold a role.

import { z } from 'zod';
import { patterned, reference } from './fields.ts';
import { defineKind } from './kind.ts';

export const subjectTypes = ['user', 'group', 'agent'] as const;

export const subjectName = patterned(
  /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/,
  128,
  'a name of letters, digits and ".", "_", "@", "-"',
);

export const agentRoleBindingSpec = z.strictObject({
  role: reference('AgentRole', 'The role that is given.'),
  subjects: z
    .array(
      z.strictObject({
        type: z.enum(subjectTypes).describe('user, group or agent.'),
        name: subjectName.describe('Name of the subject; of an agent, its name in the org.'),
      }),
    )
    .min(1)
    .max(256)
    .describe('Who gets the role.'),
});
export type AgentRoleBindingSpec = z.infer<typeof agentRoleBindingSpec>;

export const agentRoleBinding = defineKind({
  name: 'AgentRoleBinding',
  singular: 'agentrolebinding',
  plural: 'agentrolebindings',
  shortNames: ['arb'],
  scope: 'org',
  description: 'Gives a role to users, groups and agents.',
  definitionVersion: 1,
  spec: agentRoleBindingSpec,
  columns: [{ name: 'Role', pointer: '/spec/role' }],
});
