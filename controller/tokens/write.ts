// Minting, renewing and revoking tokens: each one transaction with its event on the system chain, for a token may reach several
// orgs. The token itself is answered once; neither the table nor the ledger nor a log ever has it.

import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { appendEvent } from '../../audit/append.ts';
import { SYSTEM_CHAIN } from '../../crds/audit.ts';
import { finding, LatticeError } from '../../crds/findings.ts';
import {
  type ApiToken,
  type MintedToken,
  type MintRequest,
  MOST_TTL_SECONDS,
  type RenewRequest,
  TOKEN_PREFIX,
} from '../../crds/token.ts';
import type { Database, Transaction } from '../../store/database.ts';
import {
  claimToken,
  extendToken,
  insertToken,
  revokeToken,
  type StoredToken,
} from '../../store/minted-tokens.ts';
import { actorOf } from '../admission/caller.ts';
import { type Credential, hashBytes, tokenName } from '../http/credentials.ts';
import { DenialError, recordingDenials } from '../refusal.ts';
import { excessOf, wantedRights } from './rights.ts';

export async function mintToken(db: Database, by: Credential, asked: MintRequest): Promise<MintedToken> {
  return await recordingDenials(db, by.caller, async (tx) => {
    if (by.minted !== undefined)
      throw denied(by, 'a minted token mints no others; use one of the tokens file');
    const wanted = wantedRights(by.rights, asked);
    const [first, ...more] = excessOf(by.rights, wanted);
    if (first !== undefined) throw new DenialError([first, ...more], keyOf(by.caller.name));
    const token = `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
    const stored = await insertToken(tx, {
      id: uuidv7(),
      sha256: hashBytes(token),
      minter: by.rights.name,
      ...wanted,
      ttlSeconds: asked.ttlSeconds,
    });
    await tell(tx, by, 'mint', undefined, stored);
    return { ...shown(stored), token };
  });
}

/** Lets a token live longer, up to a day from its minting. Never shorter: that is for revoking. */
export async function renewToken(
  db: Database,
  by: Credential,
  id: string,
  { ttlSeconds }: RenewRequest,
): Promise<ApiToken> {
  return await recordingDenials(db, by.caller, async (tx) => {
    const before = await ownToken(tx, by, id);
    if (before.expired || before.revokedAt !== null)
      throw new LatticeError(
        'TokenEnded',
        `the token ${tokenName(before)} has ${before.expired ? 'expired' : 'been revoked'}`,
      );
    const lastMs = before.mintedAt.getTime() + MOST_TTL_SECONDS * 1000;
    const left = Math.max(0, Math.floor((lastMs - Date.parse(tx.now)) / 1000));
    if (ttlSeconds > left) {
      const last = new Date(lastMs).toISOString();
      const message = `a token lives at most ${MOST_TTL_SECONDS} s from its minting, this one until ${last}: ttlSeconds can be ${left} at most; mint a new one for longer`;
      throw new LatticeError('InvalidValue', message, [finding('InvalidValue', '/ttlSeconds', message)]);
    }
    const after = await extendToken(tx, id, ttlSeconds);
    await tell(tx, by, 'renew', before, after);
    return shown(after);
  });
}

/** Once more is once. */
export async function endToken(db: Database, by: Credential, id: string): Promise<ApiToken> {
  return await recordingDenials(db, by.caller, async (tx) => {
    const before = await ownToken(tx, by, id);
    if (before.revokedAt !== null) return shown(before);
    const after = await revokeToken(tx, id);
    await tell(tx, by, 'revoke', before, after);
    return shown(after);
  });
}

/** The token, for who minted it and for itself. */
async function ownToken(tx: Transaction, by: Credential, id: string): Promise<StoredToken> {
  const token = await claimToken(tx, id);
  if (token === undefined)
    throw new LatticeError('NotFound', 'there is no such token, or it has ended more than a day ago');
  const own = by.minted === undefined ? token.minter === by.rights.name : by.minted.id === token.id;
  if (!own) throw denied(by, 'a token is renewed and revoked by who minted it or by itself');
  return token;
}

const keyOf = (name: string) => ({ kind: 'ApiToken', org: '', name });

const denied = (by: Credential, message: string): DenialError =>
  new DenialError([finding('Forbidden', '', message)], keyOf(actorOf(by.caller)));

async function tell(
  tx: Transaction,
  by: Credential,
  action: 'mint' | 'renew' | 'revoke',
  before: StoredToken | undefined,
  after: StoredToken,
): Promise<void> {
  const changed = { mint: ['/'], renew: ['/expiresAt'], revoke: ['/revokedAt'] }[action];
  const event = {
    actor: { type: 'token', id: actorOf(by.caller) },
    source: 'http',
    owner: null,
    kind: 'ApiToken',
    org: '',
    name: tokenName(after),
    uid: after.id,
    generation: null,
    action,
    phase: 'outcome',
    changed,
    outcome: 'ok',
    reason: 'Admitted',
    message: action === 'revoke' ? '' : `until ${after.expiresAt.toISOString()}`,
  } as const;
  await appendEvent(
    tx,
    SYSTEM_CHAIN,
    { ...event, changed },
    {
      before: before === undefined ? null : shown(before),
      after: shown(after),
    },
  );
}

/** The token as it is shown: all but itself. */
function shown(token: StoredToken): ApiToken {
  const { id, orgs, verbs, managers, expiresAt, revokedAt } = token;
  return {
    id,
    name: tokenName(token),
    orgs: [...orgs],
    verbs: [...verbs],
    managers: [...managers],
    expiresAt: expiresAt.toISOString(),
    ...(revokedAt !== null && { revokedAt: revokedAt.toISOString() }),
  };
}
