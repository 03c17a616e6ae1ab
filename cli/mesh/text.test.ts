import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { generatePrivateKey, isKey, publicKeyOf } from './keys.ts';
import { mergeOwnPart, type OwnPart, ownPartOf, parseSections, renderOwnPart } from './text.ts';
import { deviceOf, differences, parseAnswer, setOperation } from './uapi.ts';

const key = (letter: string): string => `${letter.repeat(42)}A=`;
const RENDERED = `# Peer acme/laptop of network home, written by Lattice.
[Interface]
Address = 10.20.0.2/24
ListenPort = 51820

# gate
[Peer]
PublicKey = ${key('g')}
AllowedIPs = 10.20.0.1/32, 172.16.0.0/12
Endpoint = gate.example:51820
PersistentKeepalive = 25
`;

test("a public key is its private key's other half", () => {
  const { d = '', x = '' } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const base64 = (text: string): string => Buffer.from(text, 'base64url').toString('base64');
  expect(publicKeyOf(base64(d))).toBe(base64(x));
  const own = generatePrivateKey();
  expect(isKey(own)).toBe(true);
  expect(isKey(publicKeyOf(own))).toBe(true);
});

test("the host's own part goes into [Interface], and nothing else changes", () => {
  const own = { privateKey: key('p'), entries: [['MTU', '1280'] as const] };
  const merged = mergeOwnPart(RENDERED, own);
  expect(merged).toBe(
    RENDERED.replace('[Interface]\n', `[Interface]\nPrivateKey = ${key('p')}\nMTU = 1280\n`),
  );
  expect(ownPartOf(merged)?.privateKey).toBe(own.privateKey);
});

test('what the controller says of a key wins over the host', () => {
  const merged = mergeOwnPart(RENDERED, { privateKey: key('p'), entries: [['ListenPort', '7']] });
  expect(merged).toContain('ListenPort = 51820');
  expect(merged).not.toContain('ListenPort = 7');
});

test.each<[string, string, OwnPart | undefined]>([
  ['a bare key', `${key('p')}\n`, { privateKey: key('p'), entries: [] }],
  [
    "a config by hand: its peers and address are not the host's own",
    `[Interface]\nAddress = 10.9.9.9/24\nPrivateKey=${key('p')}\nPostUp = echo a=b # hello\n[Peer]\nPublicKey = ${key('g')}\n`,
    { privateKey: key('p'), entries: [['PostUp', 'echo a=b']] },
  ],
  ['no key', '[Interface]\nMTU = 1280\n', undefined],
  ['no key that is one', '[Interface]\nPrivateKey = secret\n', undefined],
])('the own part of a host is read: %s', (_what, text, expected) => {
  expect(ownPartOf(text)).toEqual(expected);
  if (expected !== undefined) expect(ownPartOf(renderOwnPart(expected))).toEqual(expected);
});

test.each([
  ['no section', 'Address = 10.0.0.1/24'],
  ['no equals sign', '[Interface]\nAddress'],
])('a line that is neither a section nor a pair is named: %s', (_what, text) => {
  expect(() => parseSections(text)).toThrow(/line \d/);
});

test('a config becomes the intent of a device, without what is for wg-quick', () => {
  expect(deviceOf(RENDERED)).toEqual({
    privateKey: undefined,
    listenPort: 51820,
    peers: [
      {
        publicKey: key('g'),
        endpoint: 'gate.example:51820',
        allowedIps: ['10.20.0.1/32', '172.16.0.0/12'],
        keepaliveSeconds: 25,
      },
    ],
  });
});

const EMPTY = parseAnswer('errno=0\n\n');

test('a device without anything is brought there by one operation', () => {
  const intent = deviceOf(RENDERED);
  const found = differences(intent, EMPTY);
  const endpoints = new Map([[key('g'), '192.0.2.1:51820']]);
  expect(setOperation(intent, found, endpoints).split('\n')).toEqual([
    'set=1',
    'listen_port=51820',
    `public_key=${Buffer.from(key('g'), 'base64').toString('hex')}`,
    'endpoint=192.0.2.1:51820',
    'persistent_keepalive_interval=25',
    'replace_allowed_ips=true',
    'allowed_ip=10.20.0.1/32',
    'allowed_ip=172.16.0.0/12',
    '',
    '',
  ]);
});

test('what goes is set before what comes', () => {
  const intent = deviceOf(RENDERED);
  const rotated = deviceOf(RENDERED.replace(key('g'), key('h')));
  const lines = setOperation(rotated, differences(rotated, intent), new Map()).split('\n');
  expect(lines.indexOf('remove=true')).toBeLessThan(lines.indexOf('allowed_ip=10.20.0.1/32'));
});
