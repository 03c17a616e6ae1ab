// Addresses of mesh peers: unique in their network, kept while the peer exists, resting for a while after it. Which one is
// free is looked for without a lock; taking it is decided by the table, so of two passes that chose one address one is told
// and looks again.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { formatAddress, parseRange, type Range, sizeOf } from '../../crds/cidr.ts';
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

const givenRow = z.object({ address: z.string() });
const networkRow = z.object({ uid: z.string(), cidr: z.string() });

export async function observeAddress(db: Queryable, peerUid: string): Promise<AddressPlan> {
  const [given] = await db.rows(
    givenRow,
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
  const taken = await db.rows(
    givenRow,
    `SELECT host(address) AS address FROM mesh_addresses
     WHERE network_uid = $1 AND (peer_uid IS NOT NULL OR released_at > now() - interval '${QUARANTINE}')`,
    [network.uid],
  );
  const address = chooseFree(range, new Set(taken.map((row) => row.address)), peerUid);
  return address === undefined ? { state: 'full' } : { state: 'free', address };
}

const CHOICES = 64;

/** One of the first free addresses, by the peer's uid, so that peers that join together seldom choose the same. */
export function chooseFree(range: Range, taken: ReadonlySet<string>, peerUid: string): string | undefined {
  const [from, to] = hostsOf(range);
  const free: string[] = [];
  for (let number = from; number <= to && free.length < CHOICES; number++) {
    const address = formatAddress(range.family, number);
    if (!taken.has(address)) free.push(address);
  }
  return free[createHash('sha256').update(peerUid).digest().readUInt32BE() % Math.max(1, free.length)];
}

/** First and last address that a host may have: in IPv4 not those of the network and of broadcast. */
function hostsOf(range: Range): [bigint, bigint] {
  const last = range.first + sizeOf(range) - 1n;
  if (sizeOf(range) <= 2n) return [range.first, last];
  return range.family === 4 ? [range.first + 1n, last - 1n] : [range.first + 1n, last];
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
