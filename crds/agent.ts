// Agent: one durable workflow that acts only inside what is declared here. Left out is not zero: an agent without tools
// has none, and a limit that is left out is bounded by the budget alone.

import { z } from 'zod';
import { objectName, reference, text } from './fields.ts';
import { defineKind } from './kind.ts';

export const desiredStates = ['running', 'paused', 'stopped'] as const;
export type DesiredState = (typeof desiredStates)[number];

export const agentSpec = z.strictObject({
  model: z
    .strictObject({
      provider: objectName.describe('Model provider, e.g. "anthropic", "openai", "google" or "ollama".'),
      name: text({ min: 1, max: 128 }).describe('Model name as the provider spells it.'),
    })
    .describe('The model that this agent calls.'),
  instructions: text({ max: 65_536 })
    .optional()
    .describe('What the agent is told before every conversation.'),
  tools: z
    .array(text({ min: 1, max: 128 }).describe('Name of a tool.'))
    .max(256)
    .default([])
    .describe('Tools that the agent may ask for. None when empty.'),
  budget: reference('Budget', 'The budget that its calls are booked on.').optional(),
  meshPeer: reference('MeshPeer', 'The mesh peer that it runs on.').optional(),
  desiredState: z
    .enum(desiredStates)
    .default('running')
    .describe('running: works. paused: keeps its state and takes no turn. stopped: its workflow is ended.'),
  limits: z
    .strictObject({
      maxTurns: z.int().min(1).max(1_000_000).optional().describe('Most model calls for one message.'),
      maxTokensPerTurn: z.int().min(1).max(10_000_000).optional().describe('Most output tokens of one call.'),
      maxWallSeconds: z
        .int()
        .min(1)
        .max(604_800)
        .optional()
        .describe('Longest time for one message, in seconds.'),
    })
    .optional()
    .describe('Limits of one message.'),
});
export type AgentSpec = z.infer<typeof agentSpec>;

export const agent = defineKind({
  name: 'Agent',
  singular: 'agent',
  plural: 'agents',
  shortNames: ['ag'],
  scope: 'org',
  description: 'An AI agent: a durable workflow with a model, tools and a budget.',
  definitionVersion: 1,
  spec: agentSpec,
  protectable: true,
  columns: [
    { name: 'Model', pointer: '/spec/model/name' },
    { name: 'Budget', pointer: '/spec/budget' },
    { name: 'State', pointer: '/spec/desiredState' },
  ],
});
