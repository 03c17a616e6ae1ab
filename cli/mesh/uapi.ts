// A WireGuard device over its control socket (the cross-platform userspace protocol): text config -> intent -> one set
// operation -> read back. Keys are hexadecimal there and base64 here. Only what differs is set: a peer that is set again as
// a whole loses its session.

import { UsageError } from '../usage.ts';
import { canonicalPrivateKey } from './keys.ts';
import { parseSections, type Section } from './text.ts';

export interface DevicePeer {
  readonly publicKey: string;
  /** host:port; a device has the address from which the peer was last heard instead. */
  readonly endpoint?: string | undefined;
  /** Sorted. */
  readonly allowedIps: readonly string[];
  /** 0 is off. */
  readonly keepaliveSeconds: number;
}

export interface Device {
  readonly privateKey?: string | undefined;
  readonly listenPort?: number | undefined;
  /** Sorted by public key. */
  readonly peers: readonly DevicePeer[];
}

/** What a config says of the device itself; the lines for wg-quick are left out. */
export function deviceOf(text: string): Device {
  const sections = parseSections(text);
  const own = sections.filter(({ name }) => name === 'Interface').flatMap(({ entries }) => entries);
  const privateKey = entryOf(own, 'PrivateKey');
  const listenPort = entryOf(own, 'ListenPort');
  return {
    privateKey: privateKey === undefined ? undefined : canonicalPrivateKey(privateKey),
    listenPort: listenPort === undefined ? undefined : Number(listenPort),
    peers: sections
      .filter(({ name }) => name === 'Peer')
      .map(({ entries }): DevicePeer => {
        const publicKey = entryOf(entries, 'PublicKey');
        if (publicKey === undefined) throw new UsageError('a [Peer] of the config has no PublicKey');
        return {
          publicKey,
          endpoint: entryOf(entries, 'Endpoint'),
          allowedIps: (entryOf(entries, 'AllowedIPs') ?? '')
            .split(/\s*,\s*/)
            .filter(Boolean)
            .sort(),
          keepaliveSeconds: Number(entryOf(entries, 'PersistentKeepalive') ?? 0),
        };
      })
      .sort(byKey),
  };
}

/** The answer to `get=1`. */
export function parseAnswer(answer: string): Device {
  let device: Device = { peers: [] };
  const peers: DevicePeer[] = [];
  const change = (change: Partial<DevicePeer>): void => {
    const last = peers.pop();
    if (last !== undefined) peers.push({ ...last, ...change });
  };
  for (const line of answer.split('\n')) {
    const [key = '', value = ''] = line.split(/=(.*)/s);
    if (key === 'private_key') device = { ...device, privateKey: toBase64(value) };
    else if (key === 'listen_port') device = { ...device, listenPort: Number(value) };
    else if (key === 'public_key')
      peers.push({ publicKey: toBase64(value), allowedIps: [], keepaliveSeconds: 0 });
    else if (key === 'endpoint') change({ endpoint: value });
    else if (key === 'persistent_keepalive_interval') change({ keepaliveSeconds: Number(value) });
    else if (key === 'allowed_ip')
      change({ allowedIps: [...(peers.at(-1)?.allowedIps ?? []), value].sort() });
  }
  return { ...device, peers: peers.sort(byKey) };
}

/** One thing in which a device is not what it should be. */
export type Difference =
  | { readonly what: 'private key' | 'listen port' }
  | { readonly what: 'peer is missing' | 'peer is not declared'; readonly publicKey: string }
  | {
      readonly what: 'allowed IPs' | 'keepalive' | 'endpoint is missing';
      readonly publicKey: string;
    };

/** An endpoint that differs is none: the device follows a peer that moves. */
export function differences(intent: Device, actual: Device): Difference[] {
  const peersOf = (device: Device) => new Map(device.peers.map((peer) => [peer.publicKey, peer]));
  const [wanted, found] = [peersOf(intent), peersOf(actual)];
  return [
    ...(intent.privateKey !== undefined && intent.privateKey !== actual.privateKey
      ? [{ what: 'private key' } as const]
      : []),
    ...(intent.listenPort !== undefined && intent.listenPort !== actual.listenPort
      ? [{ what: 'listen port' } as const]
      : []),
    ...actual.peers
      .filter(({ publicKey }) => !wanted.has(publicKey))
      .map(({ publicKey }) => ({ what: 'peer is not declared', publicKey }) as const),
    ...intent.peers.flatMap((peer) => peerDifferences(peer, found.get(peer.publicKey))),
  ];
}

function peerDifferences(intent: DevicePeer, actual: DevicePeer | undefined): Difference[] {
  const { publicKey } = intent;
  if (actual === undefined) return [{ what: 'peer is missing', publicKey }];
  const found: Difference[] = [];
  if (intent.allowedIps.join() !== actual.allowedIps.join()) found.push({ what: 'allowed IPs', publicKey });
  if (intent.keepaliveSeconds !== actual.keepaliveSeconds) found.push({ what: 'keepalive', publicKey });
  if (intent.endpoint !== undefined && actual.endpoint === undefined)
    found.push({ what: 'endpoint is missing', publicKey });
  return found;
}

/**
 * The set operation that brings the device to its intent: all in one, what goes before what comes, since an address that
 * moves between peers belongs to the one that is set last. `endpoints` are addresses by public key, to be set; a device
 * resolves no names.
 */
export function setOperation(
  intent: Device,
  found: readonly Difference[],
  endpoints: ReadonlyMap<string, string>,
): string {
  const lines = ['set=1'];
  if (found.some(({ what }) => what === 'private key'))
    lines.push(`private_key=${toHex(intent.privateKey ?? '')}`);
  if (found.some(({ what }) => what === 'listen port')) lines.push(`listen_port=${intent.listenPort}`);
  for (const difference of found)
    if (difference.what === 'peer is not declared')
      lines.push(`public_key=${toHex(difference.publicKey)}`, 'update_only=true', 'remove=true');
  const touched = new Set(
    found.flatMap((difference) => ('publicKey' in difference ? [difference.publicKey] : [])),
  );
  for (const peer of intent.peers) {
    const endpoint = endpoints.get(peer.publicKey);
    if (!touched.has(peer.publicKey) && endpoint === undefined) continue;
    lines.push(
      `public_key=${toHex(peer.publicKey)}`,
      ...(endpoint === undefined ? [] : [`endpoint=${endpoint}`]),
      `persistent_keepalive_interval=${peer.keepaliveSeconds}`,
      'replace_allowed_ips=true',
      ...peer.allowedIps.map((text) => `allowed_ip=${text}`),
    );
  }
  return `${lines.join('\n')}\n\n`;
}

const entryOf = (entries: Section['entries'], wanted: string): string | undefined =>
  entries.find(([key]) => key === wanted)?.[1];
const byKey = (left: DevicePeer, right: DevicePeer): number => (left.publicKey < right.publicKey ? -1 : 1);
const toHex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex');
const toBase64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
