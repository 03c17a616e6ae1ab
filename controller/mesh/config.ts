// The WireGuard config of a peer, as text: who it is and how it reaches the others. Pure and in a fixed order, so that two
// texts differ only when the mesh does. Never: a private key, which no host gives away.

import { overlap, parseRange, type Range } from '../../crds/cidr.ts';
import { LatticeError } from '../../crds/findings.ts';

/** A row of lattice_mesh_peers. */
export interface PeerRow {
  readonly uid: string;
  readonly org: string;
  readonly name: string;
  readonly address: string | null;
  readonly publicKey: string | null;
  readonly endpoint: string | null;
  readonly routes: readonly string[];
  readonly keepaliveSeconds: number | null;
}

export interface NetworkRow {
  readonly name: string;
  readonly cidr: string;
}

/** A peer that others can be told of. */
export interface ReachablePeer extends PeerRow {
  readonly address: string;
  readonly publicKey: string;
}

export const isReachable = (peer: PeerRow): peer is ReachablePeer =>
  peer.address !== null && peer.publicKey !== null;

/**
 * `others` are all peers of the network, in any order; the peer itself and those without address or key are left out. Throws
 * when two of all claim one address or key: WireGuard would believe the last one without a word.
 */
export function renderPeerConfig(
  peer: ReachablePeer,
  network: NetworkRow,
  others: readonly PeerRow[],
): string {
  const told = others
    .filter((other) => other.uid !== peer.uid)
    .filter(isReachable)
    .sort((left, right) => compare(left.name, right.name));
  assertDisjoint([peer, ...told]);
  assertOneKeyEach([peer, ...told]);
  const bits = parseRange(network.cidr)?.bits;
  const listenPort = peer.endpoint === null ? undefined : portOf(peer.endpoint);
  return [
    `# Peer ${peer.org}/${peer.name} of network ${network.name}, written by Lattice.`,
    '[Interface]',
    `Address = ${peer.address}/${bits ?? hostBits(peer.address)}`,
    // Where others are told to reach it, it has to listen.
    ...(listenPort === undefined ? [] : [`ListenPort = ${listenPort}`]),
    ...told.flatMap((other) => peerSection(peer, other)),
    '',
  ].join('\n');
}

function peerSection(peer: ReachablePeer, other: ReachablePeer): string[] {
  return [
    '',
    `# ${other.name}`,
    '[Peer]',
    `PublicKey = ${other.publicKey}`,
    `AllowedIPs = ${allowedIps(other).join(', ')}`,
    ...(other.endpoint === null ? [] : [`Endpoint = ${other.endpoint}`]),
    // It is the host behind NAT that has to keep its way open, so its own interval stands in its own config.
    ...(peer.keepaliveSeconds === null ? [] : [`PersistentKeepalive = ${peer.keepaliveSeconds}`]),
  ];
}

/** Its own address, and what is behind it. */
function allowedIps(peer: ReachablePeer): string[] {
  return [...new Set([`${peer.address}/${hostBits(peer.address)}`, ...[...peer.routes].sort(compare)])];
}

/** Ranges of CIDR nest or are apart: sorted by where they begin, each has to be compared with the outermost around it only. */
function assertDisjoint(peers: readonly ReachablePeer[]): void {
  const claims = peers
    .flatMap((peer) =>
      allowedIps(peer).flatMap((text) => {
        const range = parseRange(text);
        return range === undefined ? [] : [{ peer, text, range }];
      }),
    )
    .sort((left, right) => byBegin(left.range, right.range));
  let around: (typeof claims)[number] | undefined;
  for (const claim of claims) {
    if (around === undefined || !overlap(around.range, claim.range)) around = claim;
    else if (around.peer !== claim.peer)
      throw new LatticeError(
        'RangeOverlap',
        `${around.text} of peer ${around.peer.name} overlaps ${claim.text} of peer ${claim.peer.name}: no config is given until that is mended`,
      );
  }
}

function assertOneKeyEach(peers: readonly ReachablePeer[]): void {
  const holders = new Map<string, string>();
  for (const { name, publicKey } of peers) {
    const other = holders.get(publicKey);
    if (other !== undefined)
      throw new LatticeError(
        'DuplicateKey',
        `the peers ${other} and ${name} have one public key: no config is given`,
      );
    holders.set(publicKey, name);
  }
}

function byBegin(left: Range, right: Range): number {
  if (left.family !== right.family) return left.family - right.family;
  if (left.first !== right.first) return left.first < right.first ? -1 : 1;
  return left.bits - right.bits;
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
const hostBits = (address: string): number => (address.includes(':') ? 128 : 32);
const portOf = (endpoint: string): string => endpoint.slice(endpoint.lastIndexOf(':') + 1);
