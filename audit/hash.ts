// How the chain is computed: the same few lines that audit_seal() has in SQL, for verifying without a database.

import { createHash, randomBytes } from 'node:crypto';
import canonicalize from 'canonicalize';
import { SYSTEM_CHAIN } from '../crds/audit.ts';

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Hash that the first link of a chain points back to. `org` is the org's name; the system chain has none. */
export function genesisHash(chain: string, org: string): Buffer {
  return sha256(`lattice/chain/v1:${chain}:${chain === SYSTEM_CHAIN ? SYSTEM_CHAIN : org}`);
}

export function linkHash(event: Uint8Array, previous: Uint8Array): Buffer {
  return sha256(event, previous);
}

/** Canonical JSON (RFC 8785), the form in which everything is hashed. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('only JSON values can be hashed');
  return text;
}

/** A diff with its salt and their hash. The salt keeps erased values from being guessed from the hash. */
export function sealDiff(diff: unknown): { salt: Buffer; diff: Buffer; hash: string } {
  const salt = randomBytes(16);
  const bytes = Buffer.from(canonicalJson(diff));
  return { salt, diff: bytes, hash: sha256(salt, bytes).toString('hex') };
}
