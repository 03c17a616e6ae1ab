// The tokens file: who may call the API, by the SHA-256 of a long random token. No file or no token, no start; and what an
// HTTP client may claim to be the owner of is bound to its credential.

import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ConfigError, readYaml } from '../../config/load.ts';
import { managers, type Owner } from '../../crds/api.ts';
import { finding, LatticeError } from '../../crds/findings.ts';
import { type Caller, type Verb, verbs } from '../admission/caller.ts';

const tokenSchema = z.strictObject({
  /** Stands in the ledger as the actor. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the token, in hex'),
  /** Names of orgs, or `*` for all. */
  orgs: z.array(z.string()).min(1),
  /** Verbs, or `*` for all. */
  verbs: z.array(z.enum([...verbs, '*'])).min(1),
  /** Managers that the holder may claim to be; `api` is always allowed. */
  managers: z.array(z.enum(managers)).default([]),
});
export type Token = z.infer<typeof tokenSchema>;
/** What a credential is called and may do. */
export type Rights = Omit<Token, 'sha256'>;

export const tokensFileSchema = z.strictObject({ tokens: z.array(tokenSchema).min(1, 'names no token') });

export async function loadTokens(file: string | undefined): Promise<Token[]> {
  if (file === undefined)
    throw new ConfigError('tokensFile is not set: without tokens nobody could call the API');
  const parsed = tokensFileSchema.safeParse(await readYaml('tokens', file));
  if (!parsed.success)
    throw new ConfigError(`the tokens file ${file} is not valid: ${z.prettifyError(parsed.error)}`);
  for (const field of ['name', 'sha256'] as const) {
    const values = parsed.data.tokens.map((token) => token[field]);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined)
      throw new ConfigError(`the tokens file ${file} has two tokens with the ${field} "${twice}"`);
  }
  return parsed.data.tokens;
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The token as it was sent. Throws Unauthenticated. */
export function bearerOf(authorization: string | undefined): string {
  const given = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (given === undefined) throw new LatticeError('Unauthenticated', 'the request has no bearer token');
  return given;
}

/** The token of the file that was sent. */
export function listedToken(tokens: readonly Token[], given: string): Token | undefined {
  const digest = Buffer.from(hashToken(given), 'hex');
  return tokens.find(({ sha256 }) => timingSafeEqual(Buffer.from(sha256, 'hex'), digest));
}

/** Who may do what a token allows. Throws Forbidden when it claims an owner that it may not. */
export function callerOf(rights: Rights, ownerClaim: string | undefined): Caller {
  return {
    name: rights.name,
    orgs: rights.orgs.includes('*') ? 'all' : rights.orgs,
    verbs: verbsOf(rights),
    owner:
      ownerClaim === undefined
        ? { manager: 'api', instance: rights.name, ref: '' }
        : claimedOwner(rights, ownerClaim),
  };
}

/** What a star stands for. */
export const verbsOf = ({ verbs: given }: Rights): readonly Verb[] =>
  given.includes('*') ? verbs : given.filter((verb) => verb !== '*');

const claim = z
  .string()
  .regex(/^[a-z]+\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/)
  .transform((text) => text.split('/', 2))
  .pipe(z.tuple([z.enum(managers), z.string()]));

function claimedOwner(token: Rights, text: string): Owner {
  const parsed = claim.safeParse(text);
  if (!parsed.success)
    throw new LatticeError(
      'InvalidRequest',
      `the header lattice-owner must be manager/instance, the manager one of ${managers.join(', ')}`,
    );
  const [manager, instance] = parsed.data;
  if (manager !== 'api' && !token.managers.includes(manager)) {
    const message = `the token "${token.name}" may not claim objects for ${manager}`;
    throw new LatticeError('Forbidden', message, [finding('Forbidden', '', message)]);
  }
  return { manager, instance, ref: '' };
}
