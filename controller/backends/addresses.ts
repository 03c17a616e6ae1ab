// Addresses of mesh peers: unique in their network, kept while the peer exists, resting for a while after it. Which one is
// free is looked for without a lock; taking it is decided by the table, so of two passes that chose one address one is told
// and looks again.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { formatAddress, overlap, parseRange, type Range, sizeOf } from '../../crds/cidr.ts';
import type { Queryable, Transaction } from '../../store/database.ts';

/** How long an address rests after its peer is gone. */
export const QUARANTINE = '1 hour';

export type AddressPlan =
  | { readonly state: 'given' | 'free'; readonly address: string }
  | { readonly state: 'full' | 'no-network' };

/** Somebody else took the address since it was looked at. */
export class AddressTakenError extends Error {
  constructor(address: string) {
    super(`the address ${address} has been taken`);
    this.name = 'AddressTakenError';
  }
}

const addressRow = z.object({ address: z.string() });
const networkRow = z.object({ uid: z.string(), cidr: z.string() });

/** `before` is the address that the peer had when somebody last looked; it gets it again as long as it is free. */
export async function observeAddress(
  db: Queryable,
  peerUid: string,
  before: string | undefined,
): Promise<AddressPlan> {
  const [given] = await db.rows(
    addressRow,
    'SELECT host(address) AS address FROM mesh_addresses WHERE peer_uid = $1',
    [peerUid],
  );
  if (given !== undefined) return { state: 'given', address: given.address };
  const [network] = await db.rows(
    networkRow,
    `SELECT network.uid, network.spec ->> 'cidr' AS cidr FROM objects peer
     JOIN objects network ON network.kind = 'MeshNetwork' AND network.org = peer.org AND network.name = peer.spec ->> 'network'
     WHERE peer.uid = $1`,
    [peerUid],
  );
  const range = network === undefined ? undefined : parseRange(network.cidr);
  if (network === undefined || range === undefined) return { state: 'no-network' };
  const address = choose(await freeAddresses(db, network.uid, range, before), peerUid, before);
  return address === undefined ? { state: 'full' } : { state: 'free', address };
}

const CHOICES = 64;

/**
 * The first free addresses, and `before` if it is one. Of n + 64 addresses at most n are taken, so no more are looked at,
 * whatever the size of the network.
 */
async function freeAddresses(
  db: Queryable,
  networkUid: string,
  range: Range,
  before: string | undefined,
): Promise<string[]> {
  const { first, count } = hostsOf(range);
  const kept = before === undefined ? undefined : parseRange(`${before}/${range.family === 4 ? 32 : 128}`);
  const inside = kept !== undefined && overlap(kept, range) && kept.first >= first;
  const offset = inside ? kept.first - first : -1n;
  const free = await db.rows(
    addressRow,
    `WITH taken AS (
       SELECT host(address) AS address FROM mesh_addresses
       WHERE network_uid = $1 AND (peer_uid IS NOT NULL OR released_at > now() - interval '${QUARANTINE}')
     ), offsets AS (
       SELECT n FROM generate_series(0, least($3::bigint - 1, (SELECT count(*) FROM taken) + ${CHOICES - 1})) AS n
       UNION SELECT $4::bigint WHERE $4::bigint BETWEEN 0 AND $3::bigint - 1
     )
     SELECT host($2::inet + n) AS address FROM offsets
     WHERE NOT EXISTS (SELECT FROM taken WHERE taken.address = host($2::inet + n))
     ORDER BY n = $4 DESC, n LIMIT ${CHOICES}`,
    [networkUid, formatAddress(range.family, first), clamped(count), clamped(offset)],
  );
  return free.map(({ address }) => address);
}

/** By the peer's uid, so that peers that join together seldom choose the same. */
function choose(free: readonly string[], peerUid: string, before: string | undefined): string | undefined {
  if (before !== undefined && free.includes(before)) return before;
  return free[createHash('sha256').update(peerUid).digest().readUInt32BE() % Math.max(1, free.length)];
}

/** Beyond 2^53 a network of IPv6 is as good as endless. */
const clamped = (number: bigint): number =>
  number > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(number);

/** The addresses that a host may have: in IPv4 not those of the network and of broadcast, in IPv6 not the routers' anycast. */
function hostsOf(range: Range): { readonly first: bigint; readonly count: bigint } {
  const size = sizeOf(range);
  if (size <= 2n) return { first: range.first, count: size };
  return { first: range.first + 1n, count: size - (range.family === 4 ? 2n : 1n) };
}

export async function giveAddress(tx: Transaction, peerUid: string, address: string): Promise<void> {
  const given = await tx.run(
    `INSERT INTO mesh_addresses AS a (network_uid, address, peer_uid)
     SELECT network.uid, $2, peer.uid FROM objects peer
     JOIN objects network ON network.kind = 'MeshNetwork' AND network.org = peer.org AND network.name = peer.spec ->> 'network'
     WHERE peer.uid = $1
     ON CONFLICT (network_uid, address) DO UPDATE SET peer_uid = excluded.peer_uid, released_at = NULL
       WHERE a.peer_uid IS NULL AND a.released_at <= now() - interval '${QUARANTINE}'`,
    [peerUid, address],
  );
  if (given === 0) throw new AddressTakenError(address);
}

export async function releaseAddress(tx: Transaction, peerUid: string): Promise<void> {
  await tx.run('UPDATE mesh_addresses SET peer_uid = NULL, released_at = now() WHERE peer_uid = $1', [
    peerUid,
  ]);
}
