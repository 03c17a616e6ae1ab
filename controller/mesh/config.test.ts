import { expect, test } from '@jest/globals';
import { type PeerRow, type ReachablePeer, renderPeerConfig } from './config.ts';

const keyOf = (letter: string): string => `${letter.repeat(42)}A=`;
const peer = (name: string, change: Partial<ReachablePeer> = {}): ReachablePeer => ({
  uid: `uid-${name}`,
  org: 'acme',
  name,
  address: '10.20.0.1',
  publicKey: keyOf(name.slice(0, 1)),
  endpoint: null,
  routes: [],
  keepaliveSeconds: null,
  ...change,
});
const home = { name: 'home', cidr: '10.20.0.0/24' };
const gate = peer('gate', {
  endpoint: 'gate.example:51820',
  routes: ['192.168.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
});
const laptop = peer('laptop', { address: '10.20.0.2', keepaliveSeconds: 25 });
const phone = peer('phone', { address: '10.20.0.3' });

test('a config says who the peer is and how it reaches the others', () => {
  expect(
    renderPeerConfig(laptop, home, [gate, laptop, phone]),
  ).toBe(`# Peer acme/laptop of network home, written by Lattice.
[Interface]
Address = 10.20.0.2/24

# gate
[Peer]
PublicKey = ${keyOf('g')}
AllowedIPs = 10.20.0.1/32, 172.16.0.0/12, 192.168.0.0/16
Endpoint = gate.example:51820
PersistentKeepalive = 25

# phone
[Peer]
PublicKey = ${keyOf('p')}
AllowedIPs = 10.20.0.3/32
PersistentKeepalive = 25
`);
});

test('a peer that others call listens where they are told', () => {
  expect(renderPeerConfig(gate, home, [])).toContain('ListenPort = 51820\n');
  expect(renderPeerConfig({ ...gate, endpoint: '[fd00::7]:4500' }, home, [])).toContain(
    'ListenPort = 4500\n',
  );
  expect(renderPeerConfig(laptop, home, [])).not.toContain('ListenPort');
});

test('the order of the rows and of the routes is all the same', () => {
  const turned = { ...gate, routes: ['172.16.0.0/12', '192.168.0.0/16'] };
  expect(renderPeerConfig(laptop, home, [phone, laptop, turned])).toBe(
    renderPeerConfig(laptop, home, [gate, laptop, phone]),
  );
});

test.each<[string, Partial<PeerRow>]>([
  ['key', { publicKey: null }],
  ['address', { address: null }],
])('a peer without %s is left out', (_what, change) => {
  expect(renderPeerConfig(laptop, home, [gate, { ...phone, ...change }])).toBe(
    renderPeerConfig(laptop, home, [gate]),
  );
});

test('addresses of IPv6 are hosts of 128 bits', () => {
  const six = { name: 'six', cidr: 'fd00::/64' };
  const text = renderPeerConfig({ ...laptop, address: 'fd00::2' }, six, [
    { ...gate, address: 'fd00::1', routes: [] },
  ]);
  expect(text).toContain('Address = fd00::2/64\n');
  expect(text).toContain('AllowedIPs = fd00::1/128\n');
});

test.each<[string, Partial<PeerRow>, string]>([
  ['one address', { address: '10.20.0.1' }, '10.20.0.1/32 of peer gate overlaps 10.20.0.1/32 of peer phone'],
  [
    'a host in a route',
    { address: '192.168.3.4' },
    '192.168.0.0/16 of peer gate overlaps 192.168.3.4/32 of peer phone',
  ],
  ['the address of the peer itself', { address: '10.20.0.2' }, '10.20.0.2/32 of peer laptop overlaps'],
  ['one route', { routes: ['172.16.0.0/12'] }, '172.16.0.0/12 of peer'],
  [
    'a route around one',
    { routes: ['172.0.0.0/8'] },
    '172.0.0.0/8 of peer phone overlaps 172.16.0.0/12 of peer gate',
  ],
])('what two peers claim is not rendered: %s', (_what, change, says) => {
  expect(() => renderPeerConfig(laptop, home, [gate, { ...phone, ...change }])).toThrow(says);
});

test('what lies behind a nested route is compared with the one around it', () => {
  const nested = { ...gate, routes: ['172.16.0.0/12', '172.16.5.0/24'] };
  const within = { ...phone, routes: ['172.16.9.0/24'] };
  expect(() => renderPeerConfig(laptop, home, [nested, within])).toThrow('172.16.9.0/24 of peer phone');
});

test('routes of one peer may nest', () => {
  const nested = { ...gate, routes: ['172.16.0.0/12', '172.16.5.0/24'] };
  expect(renderPeerConfig(laptop, home, [nested])).toContain('172.16.0.0/12, 172.16.5.0/24');
});
