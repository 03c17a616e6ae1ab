// Short-lived tokens of the API: minted by a credential of the tokens file, with a part of its rights, for a part of a day. What is
// answered when one is minted is the only place where the token itself ever stands.

import { z } from 'zod';
import { managers } from './api.ts';
import { objectName } from './fields.ts';
import { apiVerbs } from './verbs.ts';

/** By which a token is known for one of ours, to people and to scanners for secrets. */
export const TOKEN_PREFIX = 'lat_';

export const LEAST_TTL_SECONDS = 60;
/** From its minting on, however often it is renewed. */
export const MOST_TTL_SECONDS = 86_400;

const ttlSeconds = z
  .int()
  .min(LEAST_TTL_SECONDS)
  .max(MOST_TTL_SECONDS)
  .describe('How long it lives from now on, in seconds.');

export const mintRequestSchema = z.strictObject({
  orgs: z
    .array(z.union([z.literal('*'), objectName]))
    .min(1)
    .max(1000)
    .optional()
    .describe('Names of orgs, or * for all. Those of the caller when left out.'),
  verbs: z
    .array(z.enum([...apiVerbs, '*']))
    .min(1)
    .max(100)
    .optional()
    .describe('Verbs, or * for all. Those of the caller when left out.'),
  managers: z
    .array(z.enum(managers))
    .max(100)
    .optional()
    .describe('Managers that the token may claim objects for. Those of the caller when left out.'),
  ttlSeconds,
});
export type MintRequest = z.infer<typeof mintRequestSchema>;

export const renewRequestSchema = z.strictObject({ ttlSeconds });
export type RenewRequest = z.infer<typeof renewRequestSchema>;

/** A token without itself: what renewing and revoking answer. */
export const apiTokenSchema = z.object({
  id: z.uuid().describe('Id, by which it is renewed and revoked.'),
  /** As the ledger has it: name of who minted it, and the id. */
  name: z.string().describe('How the ledger names whoever uses it: who minted it, and its id.'),
  /** Names of orgs, or `*` alone for all. */
  orgs: z.array(z.string()),
  verbs: z.array(z.string()),
  managers: z.array(z.string()),
  expiresAt: z.string().describe('When it ends, in RFC 3339.'),
  revokedAt: z.string().optional(),
});
export type ApiToken = z.infer<typeof apiTokenSchema>;

/** What minting answers, once. */
export const mintedTokenSchema = apiTokenSchema.extend({
  token: z.string().meta({ description: 'The token itself.', sensitive: true }),
});
export type MintedToken = z.infer<typeof mintedTokenSchema>;
