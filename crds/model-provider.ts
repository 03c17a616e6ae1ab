// ModelProvider: where models are called and where the key for it is. The key itself is never here.

import { z } from 'zod';
import { httpUrl } from './fields.ts';
import { defineKind } from './kind.ts';
import { secretRef } from './secret-ref.ts';

export const providerTypes = ['anthropic', 'openai', 'google', 'ollama', 'openai-compatible'] as const;

const NEEDS_URL = 'openai-compatible needs an address';

export const modelProviderSpec = z
  .strictObject({
    type: z.enum(providerTypes).describe('How the provider is spoken to.'),
    baseUrl: httpUrl(
      'Address of the API; the provider’s own when left out. It must be on the operator’s list of egress.',
    ).optional(),
    apiKey: secretRef('Where the API key is.').optional(),
  })
  .refine(({ type, baseUrl }) => type !== 'openai-compatible' || baseUrl !== undefined, {
    path: ['baseUrl'],
    message: NEEDS_URL,
  })
  .meta({
    cel: [
      {
        rule: "self.type != 'openai-compatible' || has(self.baseUrl)",
        message: NEEDS_URL,
        fieldPath: '.baseUrl',
        reason: 'FieldValueRequired',
      },
    ],
  });
export type ModelProviderSpec = z.infer<typeof modelProviderSpec>;

export const modelProvider = defineKind({
  name: 'ModelProvider',
  singular: 'modelprovider',
  plural: 'modelproviders',
  shortNames: ['mp'],
  scope: 'org',
  description: 'A provider of models: its type, its address and where its key is.',
  definitionVersion: 1,
  spec: modelProviderSpec,
  columns: [{ name: 'Type', pointer: '/spec/type' }],
});
