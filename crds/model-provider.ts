// ModelProvider: where models are called and where the key for it is. The key itself is never here.

import { z } from 'zod';
import { defineKind } from './kind.ts';
import { secretRef } from './secret-ref.ts';

export const providerTypes = ['anthropic', 'openai', 'google', 'ollama', 'openai-compatible'] as const;

export const modelProviderSpec = z
  .strictObject({
    type: z.enum(providerTypes).describe('How the provider is spoken to.'),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .max(512)
      .optional()
      .describe(
        'Address of the API; the provider’s own when left out. It must be on the operator’s list of egress.',
      ),
    apiKey: secretRef('Where the API key is.').optional(),
  })
  .check(({ value, issues }) => {
    const url = value.baseUrl === undefined ? undefined : new URL(value.baseUrl);
    if (url !== undefined && (url.username !== '' || url.password !== ''))
      issues.push({
        code: 'custom',
        input: '',
        path: ['baseUrl'],
        message: 'the address holds a user or a password; name the secret in apiKey',
      });
    if (value.type === 'openai-compatible' && value.baseUrl === undefined)
      issues.push({
        code: 'custom',
        input: undefined,
        path: ['baseUrl'],
        message: 'openai-compatible needs an address',
      });
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
