// Guardrail: what agents may use, whatever their own spec says. It reaches agents by their labels; where several reach one,
// what all of them allow is allowed. Empty lists allow nothing.

import { z } from 'zod';
import { labelSelector, objectName, text } from './fields.ts';
import { defineKind } from './kind.ts';

export const piiActions = ['allow', 'mask', 'block'] as const;

export const guardrailSpec = z
  .strictObject({
    selector: labelSelector('Labels of the agents that it reaches; all of the org when empty.').default(''),
    models: z
      .array(
        z.strictObject({
          provider: objectName.describe('Model provider.'),
          name: text({ min: 1, max: 128 }).describe('Model name as the provider spells it.'),
        }),
      )
      .max(256)
      .default([])
      .describe('Models that may be called. None when empty.'),
    tools: z
      .array(text({ min: 1, max: 128 }).describe('Name of a tool.'))
      .max(1024)
      .default([])
      .describe('Tools that may be used. None when empty.'),
    requireApproval: z
      .array(text({ min: 1, max: 128 }).describe('Name of a tool.'))
      .max(1024)
      .default([])
      .describe('Tools of the list above whose every call a person must approve.'),
    pii: z
      .strictObject({
        input: z.enum(piiActions).default('block').describe('Personal data in what is sent to a model.'),
        output: z.enum(piiActions).default('block').describe('Personal data in what a model answers.'),
      })
      .optional()
      .describe('What happens to personal data; blocked both ways when left out.'),
  })
  .check(({ value, issues }) => {
    value.requireApproval.forEach((tool, index) => {
      if (value.tools.includes(tool)) return;
      issues.push({
        code: 'custom',
        input: tool,
        path: ['requireApproval', index],
        message: `"${tool}" is not among the tools, so no call of it could be approved`,
      });
    });
  })
  .meta({
    // Every evaluation of a rule may cost the API server a million steps, and two full lists would take a few more.
    cel: ['index < 512', 'index >= 512'].map((half) => ({
      rule: `!has(self.requireApproval) || !has(self.tools) || self.requireApproval.all(index, tool, !(${half}) || tool in self.tools)`,
      message: 'every tool that needs approval must be among the tools, or no call of it could be approved',
      fieldPath: '.requireApproval',
    })),
  });
export type GuardrailSpec = z.infer<typeof guardrailSpec>;

export const guardrail = defineKind({
  name: 'Guardrail',
  singular: 'guardrail',
  plural: 'guardrails',
  shortNames: ['gr'],
  scope: 'org',
  description: 'The models, tools and handling of personal data that agents are held to.',
  definitionVersion: 1,
  spec: guardrailSpec,
  columns: [{ name: 'Selector', pointer: '/spec/selector' }],
});
