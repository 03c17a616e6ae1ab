// The rules of the mesh: ranges that share no address, and keys that belong to one peer. In WireGuard an address belongs to
// whoever claimed it last, without a word, so whatever could claim twice is refused before it is ever rendered.

import { z } from 'zod';
import { overlap, parseRange, type Range } from '../../crds/cidr.ts';
import { type Finding, finding } from '../../crds/findings.ts';
import { displayName, kindNamed } from '../../crds/kinds.ts';
import type { ValidManifest } from '../../crds/validate.ts';
import type { SeenObject, World } from './world.ts';

/** Where no peer can be reached. Every default route and every half of one holds some of these. */
const useless: readonly (readonly [range: string, what: string])[] = [
  ['0.0.0.0/8', 'addresses of "this network"'],
  ['127.0.0.0/8', 'loopback addresses'],
  ['169.254.0.0/16', 'link-local addresses'],
  ['224.0.0.0/4', 'multicast addresses'],
  ['240.0.0.0/4', 'reserved addresses'],
  // Unspecified, loopback and the IPv4-mapped ones.
  ['::/32', 'loopback or IPv4-mapped addresses'],
  ['fe80::/10', 'link-local addresses'],
  ['ff00::/8', 'multicast addresses'],
];

interface Placed {
  readonly pointer: string;
  readonly text: string;
  readonly range: Range;
}

// In a plan any field may still be unknown; what is known is judged all the same.
const networkFields = z.object({ cidr: z.string().optional().catch(undefined) });
const peerFields = z.object({
  network: z.string().optional().catch(undefined),
  publicKey: z.string().optional().catch(undefined),
  routes: z.array(z.string().catch('')).catch([]),
});

export async function meshNetworkFindings(world: World, manifest: ValidManifest): Promise<Finding[]> {
  const { org, name } = manifest;
  const [range] = rangesOfNetwork(manifest.spec);
  if (range === undefined) return [];
  // Two networks created at once look past each other. Both claim their org first, so the second one sees the first.
  await world.claim({ kind: 'Org', org, name: org });
  const others = (await world.list('MeshNetwork', org)).filter((other) => other.name !== name);
  const routes = (await world.dependents({ kind: 'MeshNetwork', org, name })).filter(isPeer);
  return [
    ...uselessFindings([range]),
    ...others.flatMap((other) =>
      overlapFindings([range], rangesOfNetwork(other.spec), (text) => `${text} of ${shown(other)}`),
    ),
    // Peers may be planned before the network that they are in.
    ...routes.flatMap((peer) =>
      overlapFindings([range], routesOf(peer.spec), (text) => `the route ${text} of ${shown(peer)}`),
    ),
  ];
}

export async function meshPeerFindings(world: World, manifest: ValidManifest): Promise<Finding[]> {
  const { org, name } = manifest;
  const { network, publicKey } = peerFields.parse(manifest.spec);
  const routes = routesOf(manifest.spec);
  const alone = uselessFindings(routes);
  if (network === undefined) return alone;
  const key = { kind: 'MeshNetwork', org, name: network };
  // Two peers written at once look past each other: neither sees the key or the routes that the other is about to have. Both
  // claim their network first, so the second one waits for the first and then sees it. Claimed before anything else shares
  // it, or two of them could wait for each other.
  const within = await world.claim(key);
  const others = (await world.dependents(key)).filter((other) => isPeer(other) && other.name !== name);
  return [
    ...alone,
    ...(within === undefined
      ? []
      : // Every address of the network's peers lies in its range, so this covers them too, given or not given yet.
        overlapFindings(routes, rangesOfNetwork(within.spec), (text) => `${text} of ${shown(within)}`)),
    ...others.flatMap((other) => [
      ...overlapFindings(routes, routesOf(other.spec), (text) => `the route ${text} of ${shown(other)}`),
      ...keyFindings(publicKey, other),
    ]),
  ];
}

function keyFindings(publicKey: string | undefined, other: SeenObject): Finding[] {
  if (publicKey === undefined || peerFields.parse(other.spec).publicKey !== publicKey) return [];
  return [finding('DuplicateKey', '/spec/publicKey', `${shown(other)} has this public key`)];
}

function overlapFindings(
  ranges: readonly Placed[],
  others: readonly Placed[],
  describe: (text: string) => string,
): Finding[] {
  return ranges.flatMap(({ pointer, text, range }) =>
    others
      .filter((other) => overlap(range, other.range))
      .map((other) => finding('RangeOverlap', pointer, `${text} overlaps ${describe(other.text)}`)),
  );
}

function uselessFindings(ranges: readonly Placed[]): Finding[] {
  return ranges.flatMap(({ pointer, text, range }) => {
    const found = useless.find(([held]) => {
      const reserved = parseRange(held);
      return reserved !== undefined && overlap(range, reserved);
    });
    if (found === undefined) return [];
    const [held, what] = found;
    return [
      finding('InvalidValue', pointer, `${text} holds ${what} (${held}): no peer can be reached there`),
    ];
  });
}

function rangesOfNetwork(spec: unknown): Placed[] {
  return placed('/spec/cidr', networkFields.parse(spec).cidr);
}

function routesOf(spec: unknown): Placed[] {
  return peerFields.parse(spec).routes.flatMap((text, index) => placed(`/spec/routes/${index}`, text));
}

function placed(pointer: string, text: string | undefined): Placed[] {
  const range = text === undefined ? undefined : parseRange(text);
  return text === undefined || range === undefined ? [] : [{ pointer, text, range }];
}

const isPeer = (object: SeenObject): boolean => object.kind === 'MeshPeer';

/** What is being deleted counts until it is gone: it stands in configs that hosts have. */
function shown(object: SeenObject): string {
  const kind = kindNamed(object.kind);
  const name = kind === undefined ? object.name : displayName(kind, object.org, object.name);
  return object.deleting ? `${name}, which is being deleted` : name;
}
