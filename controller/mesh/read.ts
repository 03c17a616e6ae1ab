// Configs of peers from the governance tables, one network in one snapshot. The tables are the truth, not the specs: they
// hold what has been reconciled. A row that somebody edited into something else is never rendered.

import { z } from 'zod';
import { rangeProblem } from '../../crds/cidr.ts';
import { objectName } from '../../crds/fields.ts';
import { LatticeError } from '../../crds/findings.ts';
import { displayName } from '../../crds/kinds.ts';
import { meshPeer, meshPeerSpec } from '../../crds/mesh-peer.ts';
import type { Queryable } from '../../store/database.ts';
import { findObject } from '../../store/objects.ts';
import { notFound } from '../refusal.ts';
import { isReachable, type NetworkRow, type PeerRow, renderPeerConfig } from './config.ts';

const range = z.string().refine((text) => rangeProblem(text) === undefined, 'not a range');
const { publicKey, endpoint, keepaliveSeconds } = meshPeerSpec.shape;

/** As strict as the spec: text that goes into a config must not be able to add a line to it. */
const peerRow = z
  .object({
    uid: z.uuid(),
    org: objectName,
    name: objectName,
    address: z.union([z.ipv4(), z.ipv6()]).nullable(),
    public_key: publicKey.unwrap().nullable(),
    endpoint: endpoint.unwrap().nullable(),
    routes: z.array(range),
    keepalive_seconds: keepaliveSeconds.unwrap().nullable(),
  })
  .transform(
    (columns): PeerRow => ({
      uid: columns.uid,
      org: columns.org,
      name: columns.name,
      address: columns.address,
      publicKey: columns.public_key,
      endpoint: columns.endpoint,
      routes: columns.routes,
      keepaliveSeconds: columns.keepalive_seconds,
    }),
  );

/** A network and its peers as they stand in the tables, whatever they say. */
const tablesOfNetwork = z.object({
  org: z.string(),
  name: z.string(),
  cidr: z.string(),
  peers: z.array(z.unknown()),
});
export type NetworkTables = z.infer<typeof tablesOfNetwork>;

/** All networks that have peers, or the one of a peer. */
export async function readNetworks(db: Queryable, peerUid?: string): Promise<NetworkTables[]> {
  return await db.rows(
    tablesOfNetwork,
    `SELECT network.org, network.name, network.cidr, jsonb_agg(to_jsonb(peer) ORDER BY peer.name, peer.uid) AS peers
     FROM lattice_mesh_networks network JOIN lattice_mesh_peers peer ON peer.network_uid = network.uid
     WHERE $1::uuid IS NULL OR network.uid = (SELECT network_uid FROM lattice_mesh_peers WHERE uid = $1)
     GROUP BY network.uid ORDER BY network.org, network.name`,
    [peerUid ?? null],
  );
}

export interface PeerConfig {
  readonly peer: PeerRow;
  readonly text: string;
}

/** The configs of all peers of a network that have an address and a key. Throws when a row cannot be rendered. */
export function configsOf(tables: NetworkTables): PeerConfig[] {
  const { network, peers } = parsed(tables);
  return peers.filter(isReachable).map((peer) => ({ peer, text: renderPeerConfig(peer, network, peers) }));
}

/** The config of one peer; a LatticeError says why there is none. */
export async function readPeerConfig(db: Queryable, org: string, name: string): Promise<string> {
  const key = { kind: meshPeer.name, org, name };
  const object = await findObject(db, key);
  if (object === undefined) throw notFound(key);
  const [tables] = await readNetworks(db, object.uid);
  const mesh = tables && parsed(tables);
  const peer = mesh?.peers.find(({ uid }) => uid === object.uid);
  const missing =
    mesh === undefined || peer === undefined || peer.address === null ? 'address' : 'public key';
  if (mesh === undefined || peer === undefined || !isReachable(peer))
    throw new LatticeError('PeerNotReady', `${displayName(meshPeer, org, name)} has no ${missing} yet`);
  return renderPeerConfig(peer, mesh.network, mesh.peers);
}

function parsed(tables: NetworkTables): { network: NetworkRow; peers: PeerRow[] } {
  const checked = z.object({ name: objectName, cidr: range, peers: z.array(peerRow) }).safeParse(tables);
  if (!checked.success)
    throw new LatticeError(
      'BackendUnavailable',
      `the rows of network ${tables.org}/${tables.name} are not as declared; the next sweep puts them right`,
    );
  const { peers, ...network } = checked.data;
  return { network, peers };
}
