// Real wireguard-go in network namespaces of the test's own: what is declared is what the device has, also after somebody
// has changed it, and packets go through. Needs root and `ip`.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type PeerRow, renderPeerConfig } from '../../controller/mesh/config.ts';
import { type Child, startChild } from '../../servers/child.ts';
import { run } from '../../servers/command.ts';
import { findTool } from '../../servers/find.ts';
import { eventually, temporaryFolder } from '../../servers/testing.ts';
import { ask, keepDevice, readDevice, socketOf } from './device.ts';
import { generatePrivateKey, publicKeyOf } from './keys.ts';
import { mergeOwnPart } from './text.ts';
import { type Device, deviceOf, differences } from './uapi.ts';

const hasIp = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'ip')));
const why =
  process.getuid?.() !== 0
    ? 'not root'
    : !hasIp
      ? '`ip` is missing'
      : !existsSync('/dev/net/tun')
        ? 'no TUN'
        : '';
const real = why === '' ? test : test.skip;
const named = (name: string): string => (why === '' ? name : `${name} (skipped: ${why})`);

interface Host {
  readonly namespace: string;
  readonly device: string;
  readonly privateKey: string;
  readonly row: PeerRow;
}

const mark = randomBytes(3).toString('hex');
const network = { name: 'home', cidr: '10.99.0.0/24' };
const host = (letter: string, number: number): Host => {
  const privateKey = generatePrivateKey();
  return {
    namespace: `lattice-${mark}-${letter}`,
    device: `lt${mark}${letter}`,
    privateKey,
    row: {
      uid: `uid-${letter}`,
      org: 'acme',
      name: letter,
      address: `10.99.0.${number}`,
      publicKey: publicKeyOf(privateKey),
      endpoint: `192.0.2.${number}:51820`,
      routes: [`10.${100 + number}.0.0/16`, `fd00:${number}::/32`],
      keepaliveSeconds: 25,
    },
  };
};
const [a, b] = [host('a', 1), host('b', 2)];
const hosts = [a, b];
const children: Child[] = [];
/** A peer that no host stands behind. */
const absent = host('c', 3).row;

const intentOf = (of: Host, others: readonly PeerRow[] = [a.row, b.row, absent]): Device => {
  const { row } = of;
  if (row.address === null || row.publicKey === null) throw new Error('not reachable');
  const rendered = renderPeerConfig(
    { ...row, address: row.address, publicKey: row.publicKey },
    network,
    others,
  );
  return deviceOf(mergeOwnPart(rendered, { privateKey: of.privateKey, entries: [] }));
};
const ip = (...args: string[]): Promise<string> => run('ip', args);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  if (why !== '') return;
  const { path } = await findTool('wireguard-go');
  for (const { namespace } of hosts) await ip('netns', 'add', namespace);
  await ip(
    'link',
    'add',
    `v${mark}a`,
    'netns',
    a.namespace,
    'type',
    'veth',
    'peer',
    'name',
    `v${mark}b`,
    'netns',
    b.namespace,
  );
  for (const [index, { namespace, device, row }] of hosts.entries()) {
    const veth = `v${mark}${row.name}`;
    await ip('-n', namespace, 'addr', 'add', `192.0.2.${index + 1}/24`, 'dev', veth);
    await ip('-n', namespace, 'link', 'set', veth, 'up');
    const child = await startChild({
      name: 'wireguard-go',
      command: 'ip',
      args: ['netns', 'exec', namespace, path, '--foreground', device],
      logFile: join(folder.path, `${device}.log`),
      stopSignal: 'SIGTERM',
      stopLimitMs: 5_000,
    });
    children.push(child);
    await eventually(`${device} has its socket`, () => existsSync(socketOf(device)));
    await ip('-n', namespace, 'addr', 'add', `${row.address}/24`, 'dev', device);
    await ip('-n', namespace, 'link', 'set', device, 'up');
  }
});

afterAll(async () => {
  for (const child of children) await child.stop();
  if (why === '')
    for (const { namespace } of hosts) await ip('netns', 'del', namespace).catch(() => undefined);
  await folder[Symbol.asyncDispose]();
});

real(named('what is read back is what was declared'), async () => {
  const intent = intentOf(a);
  expect(differences(intent, await readDevice(socketOf(a.device)))).not.toEqual([]);
  await keepDevice(socketOf(a.device), intent);
  const actual = await readDevice(socketOf(a.device));
  expect(actual).toEqual(intent);
  expect(actual.peers).toHaveLength(2);
  expect(await keepDevice(socketOf(a.device), intent)).toEqual([]);
});

real(named('packets go through the tunnel, and a device that is as declared keeps its session'), async () => {
  for (const of of hosts) await keepDevice(socketOf(of.device), intentOf(of));
  const answer = await exchange();
  expect(answer).toBe('through the tunnel');
  const before = await ask(socketOf(a.device), 'get=1\n\n');
  expect(before).toMatch(/last_handshake_time_sec=[1-9]/);
  // Another peer comes and goes: the session with b is not touched.
  await keepDevice(socketOf(a.device), intentOf(a, [a.row, b.row]));
  await keepDevice(socketOf(a.device), intentOf(a));
  const after = await ask(socketOf(a.device), 'get=1\n\n');
  expect(handshakeOf(after, b)).toBe(handshakeOf(before, b));
});

real.each<[string, () => string, string[]]>([
  ['a removed peer', () => `set=1\npublic_key=${hexOf(b)}\nremove=true\n\n`, ['peer is missing']],
  [
    'a foreign peer',
    () => `set=1\npublic_key=${'ab'.repeat(32)}\nallowed_ip=10.7.0.0/16\n\n`,
    ['peer is not declared'],
  ],
  [
    'an address that was given to another peer',
    () => `set=1\npublic_key=${'ab'.repeat(32)}\nallowed_ip=10.99.0.2/32\n\n`,
    ['peer is not declared', 'allowed IPs'],
  ],
  [
    'another keepalive',
    () => `set=1\npublic_key=${hexOf(b)}\npersistent_keepalive_interval=7\n\n`,
    ['keepalive'],
  ],
  ['another port', () => 'set=1\nlisten_port=51999\n\n', ['listen port']],
  ['another private key', () => `set=1\nprivate_key=${'40'.repeat(32)}\n\n`, ['private key']],
  ['everything gone', () => 'set=1\nreplace_peers=true\n\n', ['peer is missing', 'peer is missing']],
])(named('drift of a device is found and repaired: %s'), async (_what, change, found) => {
  const intent = intentOf(a);
  await keepDevice(socketOf(a.device), intent);
  await ask(socketOf(a.device), change());
  expect((await keepDevice(socketOf(a.device), intent)).map(({ what }) => what)).toEqual(found);
  expect(await readDevice(socketOf(a.device))).toEqual(intent);
});

real(named('a peer that moved is followed until its declared endpoint changes'), async () => {
  const intent = intentOf(a);
  await keepDevice(socketOf(a.device), intent);
  await ask(socketOf(a.device), `set=1\npublic_key=${hexOf(b)}\nendpoint=192.0.2.77:4000\n\n`);
  const endpointOf = async () =>
    (await readDevice(socketOf(a.device))).peers.find(({ publicKey }) => publicKey === b.row.publicKey)
      ?.endpoint;
  expect(await keepDevice(socketOf(a.device), intent, intent)).toEqual([]);
  expect(await endpointOf()).toBe('192.0.2.77:4000');
  const moved = intentOf(a, [{ ...b.row, endpoint: '192.0.2.2:51821' }, absent]);
  await keepDevice(socketOf(a.device), moved, intent);
  expect(await endpointOf()).toBe('192.0.2.2:51821');
});

const hexOf = ({ row }: Host): string => Buffer.from(row.publicKey ?? '', 'base64').toString('hex');
const handshakeOf = (answer: string, of: Host): string | undefined =>
  new RegExp(
    `public_key=${hexOf(of)}\\n(?:.*\\n)*?(last_handshake_time_sec=\\d+\\nlast_handshake_time_nsec=\\d+)`,
  ).exec(answer)?.[1];

/** b listens on its mesh address and a connects to it, each in its namespace. */
async function exchange(): Promise<string> {
  const inside = (of: Host, script: string) =>
    run('ip', ['netns', 'exec', of.namespace, process.execPath, '-e', script], {
      onLine: (line) => line === 'listening' && listening(),
    });
  let listening = (): void => undefined;
  const isListening = new Promise<void>((resolve) => {
    listening = resolve;
  });
  const server = inside(
    b,
    `const server = require('net').createServer((socket) => { socket.end('through the tunnel'); server.close(); });
     server.listen(7000, '${b.row.address}', () => console.log('listening'));`,
  );
  await Promise.race([isListening, server]);
  const client = inside(a, `require('net').connect(7000, '${b.row.address}').pipe(process.stdout)`);
  const [, answer] = await Promise.all([server, client]);
  return answer;
}
