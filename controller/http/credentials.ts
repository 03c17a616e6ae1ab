// Who a request comes from: a token of the tokens file, or one that such a token has minted. The file is asked first and the
// database only for what looks like a token of ours, with one look by key. Nothing is written, and no token is ever logged.

import { createHash } from 'node:crypto';
import { LatticeError } from '../../crds/findings.ts';
import { TOKEN_PREFIX } from '../../crds/token.ts';
import type { Queryable } from '../../store/database.ts';
import { type StoredToken, tokenBySha256 } from '../../store/minted-tokens.ts';
import type { Caller } from '../admission/caller.ts';
import { rightsNow } from '../tokens/rights.ts';
import { bearerOf, callerOf, listedToken, type Rights, type Token } from './tokens.ts';

export interface Credential {
  readonly caller: Caller;
  /** What the credential may do now. */
  readonly rights: Rights;
  /** When it is a minted one. */
  readonly minted?: StoredToken;
}

export const hashBytes = (token: string): Buffer => createHash('sha256').update(token).digest();

/** As the ledger has a minted token. No name in the tokens file has a slash. */
export const tokenName = ({ minter, id }: Pick<StoredToken, 'minter' | 'id'>): string => `${minter}/${id}`;

/** Finds who sent a request. Throws Unauthenticated or Forbidden. */
export async function authenticate(
  tokens: readonly Token[],
  db: Queryable,
  authorization: string | undefined,
  ownerClaim: string | undefined,
): Promise<Credential> {
  const given = bearerOf(authorization);
  const listed = listedToken(tokens, given);
  if (listed !== undefined) return { caller: callerOf(listed, ownerClaim), rights: listed };
  const minted = given.startsWith(TOKEN_PREFIX) ? await tokenBySha256(db, hashBytes(given)) : undefined;
  if (minted === undefined) throw new LatticeError('Unauthenticated', 'the token is not known');
  const minter = tokens.find(({ name }) => name === minted.minter);
  const problem = ended(minted, minter);
  if (minter === undefined || problem !== undefined)
    throw new LatticeError('Unauthenticated', `the token ${problem ?? 'is not known'}`);
  const rights = rightsNow(minter, minted);
  return { caller: { ...callerOf(rights, ownerClaim), actor: tokenName(minted) }, rights, minted };
}

function ended({ revokedAt, expired }: StoredToken, minter: Token | undefined): string | undefined {
  if (revokedAt !== null) return 'has been revoked';
  if (expired) return 'has expired; mint a new one';
  return minter === undefined
    ? 'does not work any more: who minted it is no longer in the tokens file'
    : undefined;
}
