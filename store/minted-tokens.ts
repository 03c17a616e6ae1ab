// Minted tokens, by the SHA-256 of each. Whether one still works is decided by the clock of the database. A use writes nothing.

import { z } from 'zod';
import type { Database, Queryable, Transaction } from './database.ts';

/** Ended tokens are remembered for a day, so that who comes with one is told why it does not work. */
const REMEMBERED = '1 day';

export interface StoredToken {
  readonly id: string;
  readonly minter: string;
  readonly orgs: readonly string[];
  readonly verbs: readonly string[];
  readonly managers: readonly string[];
  readonly mintedAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly expired: boolean;
}

const COLUMNS =
  'id, minter, orgs, verbs, managers, minted_at, expires_at, revoked_at, expires_at <= now() AS expired';

const tokenRow = z
  .object({
    id: z.string(),
    minter: z.string(),
    orgs: z.array(z.string()),
    verbs: z.array(z.string()),
    managers: z.array(z.string()),
    minted_at: z.date(),
    expires_at: z.date(),
    revoked_at: z.date().nullable(),
    expired: z.boolean(),
  })
  .transform(
    ({ minted_at, expires_at, revoked_at, ...rest }): StoredToken => ({
      ...rest,
      mintedAt: minted_at,
      expiresAt: expires_at,
      revokedAt: revoked_at,
    }),
  );

export interface NewToken extends Pick<StoredToken, 'id' | 'minter' | 'orgs' | 'verbs' | 'managers'> {
  readonly sha256: Buffer;
  readonly ttlSeconds: number;
}

export async function insertToken(tx: Transaction, token: NewToken): Promise<StoredToken> {
  const [inserted] = await tx.rows(
    tokenRow,
    `INSERT INTO minted_tokens (id, sha256, minter, orgs, verbs, managers, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 second') RETURNING ${COLUMNS}`,
    [token.id, token.sha256, token.minter, token.orgs, token.verbs, token.managers, token.ttlSeconds],
  );
  if (inserted === undefined) throw new Error(`token ${token.id} was not written`);
  return inserted;
}

/** One look by key, in every request that comes with a minted token. */
export async function tokenBySha256(db: Queryable, sha256: Buffer): Promise<StoredToken | undefined> {
  const [found] = await db.rows(tokenRow, `SELECT ${COLUMNS} FROM minted_tokens WHERE sha256 = $1`, [sha256]);
  return found;
}

/** Kept from changing until the transaction ends. */
export async function claimToken(tx: Transaction, id: string): Promise<StoredToken | undefined> {
  const [found] = await tx.rows(tokenRow, `SELECT ${COLUMNS} FROM minted_tokens WHERE id = $1 FOR UPDATE`, [
    id,
  ]);
  return found;
}

/** Lets it live so long from now on, unless it lives longer already. */
export async function extendToken(tx: Transaction, id: string, ttlSeconds: number): Promise<StoredToken> {
  const [extended] = await tx.rows(
    tokenRow,
    `UPDATE minted_tokens SET expires_at = greatest(expires_at, now() + $2 * interval '1 second')
     WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, ttlSeconds],
  );
  if (extended === undefined) throw new Error(`token ${id} vanished while it was locked`);
  return extended;
}

export async function revokeToken(tx: Transaction, id: string): Promise<StoredToken> {
  const [revoked] = await tx.rows(
    tokenRow,
    `UPDATE minted_tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING ${COLUMNS}`,
    [id],
  );
  if (revoked === undefined) throw new Error(`token ${id} vanished while it was locked`);
  return revoked;
}

export async function forgetTokens(db: Database): Promise<void> {
  await db.run(`DELETE FROM minted_tokens WHERE expires_at < now() - interval '${REMEMBERED}'`);
}
