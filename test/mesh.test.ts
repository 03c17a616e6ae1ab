// The mesh as people use it: addresses that are given once and stay, configs without private keys, hosts that enrol, and
// files that are repaired.

import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generatePrivateKey, publicKeyOf } from '../cli/mesh/keys.ts';
import { conditionOf } from '../crds/api.ts';
import { type Api, apiOf, problemOf } from './support/api.ts';
import { lattice } from './support/cli.ts';
import { removeFolder, temporaryFolder } from './support/dev.ts';
import { eventually } from './support/eventually.ts';
import { events } from './support/ledger.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let api: Api;
let org: string;
let folder: string;

beforeAll(async () => {
  world = await sharedWorld();
  api = apiOf(world.state);
  folder = await temporaryFolder();
  org = uniqueName('mesh');
  await api.create('/v1/orgs', { metadata: { name: org } });
});

afterAll(async () => {
  await world.close();
  await removeFolder(folder);
});

const path = (peer: string): string => `/v1/orgs/${org}/meshpeers/${peer}`;
const newKey = (): string => publicKeyOf(generatePrivateKey());

async function network(name: string, cidr: string): Promise<void> {
  await api.create(`/v1/orgs/${org}/meshnetworks`, { metadata: { name }, spec: { cidr } });
}
const enter = (name: string, net: string, spec: object = {}) =>
  api.create(`/v1/orgs/${org}/meshpeers`, { metadata: { name }, spec: { network: net, ...spec } });
const addressOf = async (name: string): Promise<string | undefined> =>
  (await api.ready(path(name))).status.externalIds.address;
const readyReason = async (name: string) => conditionOf((await api.get(path(name))).status, 'Ready')?.reason;
const row = async (name: string) =>
  (await world.sql('SELECT * FROM lattice_mesh_peers WHERE org = $1 AND name = $2', [org, name]))[0];

async function update(name: string, change: object): Promise<void> {
  const { metadata, spec } = await api.get(path(name));
  const answer = await api.send(
    'PUT',
    path(name),
    { metadata: { name }, spec: { ...spec, ...change } },
    { 'if-match': `"${metadata.resourceVersion}"` },
  );
  expect(answer.status).toBe(200);
}

async function remove(name: string): Promise<void> {
  await api.send('DELETE', path(name));
  await api.gone(path(name));
}

test('fifty peers that join at once are all ready, each with an address of its own', async () => {
  await network('crowd', '10.50.0.0/24');
  const names = Array.from({ length: 50 }, (_, index) => `crowd-${index}`);
  await Promise.all(names.map((name) => enter(name, 'crowd')));
  const addresses = await Promise.all(names.map(addressOf));
  expect(new Set(addresses).size).toBe(50);
  for (const address of addresses) expect(address).toMatch(/^10\.50\.0\.\d+$/);
  const rows = await world.sql(
    `SELECT host(a.address) AS given, p.address AS told FROM lattice_mesh_peers p JOIN mesh_addresses a ON a.peer_uid = p.uid
     WHERE p.org = $1 AND p.name LIKE 'crowd-%'`,
    [org],
  );
  expect(rows).toHaveLength(50);
  for (const { given, told } of rows) expect(given).toBe(told);
});

test('a full network says so, and takes the next peer when an address has rested', async () => {
  await network('small', '10.51.0.0/30');
  for (const name of ['small-1', 'small-2']) {
    await enter(name, 'small');
    await api.ready(path(name));
  }
  await enter('small-3', 'small');
  await enter('small-4', 'small');
  for (const name of ['small-3', 'small-4'])
    await eventually(
      'the network is full',
      () => readyReason(name),
      (reason) => reason === 'NetworkFull',
    );
  // One that never got an address can go all the same.
  await remove('small-4');
  const freed = await addressOf('small-1');
  await remove('small-1');
  expect(await readyReason('small-3')).toBe('NetworkFull');
  await world.sql(
    `UPDATE mesh_addresses SET released_at = now() - interval '2 hours' WHERE released_at IS NOT NULL
     AND network_uid = (SELECT uid FROM objects WHERE kind = 'MeshNetwork' AND org = $1 AND name = 'small')`,
    [org],
  );
  expect(await addressOf('small-3')).toBe(freed);
});

test('a peer that is deleted and created again soon has another address', async () => {
  await network('again', '10.52.0.0/29');
  await enter('again', 'again');
  const before = await addressOf('again');
  await remove('again');
  await enter('again', 'again');
  const after = await addressOf('again');
  expect(after).toMatch(/^10\.52\.0\.[1-6]$/);
  expect(after).not.toBe(before);
});

test('an address stays: over updates, an edited row, a deleted row and a lost address', async () => {
  await network('steady', '10.53.0.0/24');
  await enter('steady', 'steady', { publicKey: newKey() });
  const address = await addressOf('steady');
  const { uid } = (await api.get(path('steady'))).metadata;
  await update('steady', { endpoint: 'steady.example:51820', routes: ['172.20.0.0/16'] });
  expect(await addressOf('steady')).toBe(address);
  const declared = await row('steady');
  expect(declared).toMatchObject({ address, endpoint: 'steady.example:51820', routes: ['172.20.0.0/16'] });
  for (const drift of [
    `UPDATE lattice_mesh_peers SET address = '10.53.0.250', public_key = NULL WHERE uid = $1`,
    'DELETE FROM lattice_mesh_peers WHERE uid = $1',
    'DELETE FROM mesh_addresses WHERE peer_uid = $1',
  ]) {
    await world.sql(drift, [uid]);
    await eventually(
      `repaired: ${drift}`,
      async () => [
        await row('steady'),
        await world.sql('SELECT host(address) AS address FROM mesh_addresses WHERE peer_uid = $1', [uid]),
      ],
      (found) => JSON.stringify(found) === JSON.stringify([declared, [{ address }]]),
    );
  }
  expect(await addressOf('steady')).toBe(address);
});

test('what would claim an address or a key twice is refused, in a plan as in a write', async () => {
  await network('strict', '10.54.0.0/24');
  const publicKey = newKey();
  await enter('strict-1', 'strict', { publicKey, routes: ['192.168.0.0/16'] });
  const bad = {
    kind: 'MeshPeer',
    metadata: { org, name: 'strict-2' },
    spec: { network: 'strict', publicKey, routes: ['192.168.7.9/32', '10.54.0.3/32'] },
  };
  const written = await api.send('POST', `/v1/orgs/${org}/meshpeers`, bad);
  expect(written.status).toBe(422);
  const expected = [
    ['RangeOverlap', '/spec/routes/1'],
    ['RangeOverlap', '/spec/routes/0'],
    ['DuplicateKey', '/spec/publicKey'],
  ];
  const pairs = (findings: readonly { code: string; pointer: string }[]) =>
    findings.map(({ code, pointer }) => [code, pointer]);
  expect(pairs(problemOf(written).findings)).toEqual(expected);
  const plan = await api.send('POST', '/v1/plan', { changes: [{ action: 'apply', manifest: bad }] });
  expect(pairs(JSON.parse(plan.text).changes[0].findings)).toEqual(expected);
  const overlapping = { metadata: { name: 'strict-too' }, spec: { cidr: '10.54.0.128/25' } };
  expect(problemOf(await api.send('POST', `/v1/orgs/${org}/meshnetworks`, overlapping)).code).toBe(
    'RangeOverlap',
  );
});

test('the config of a peer is text without a private key, and a problem says why there is none', async () => {
  await network('home', '10.55.0.0/24');
  const key = newKey();
  await enter('gate', 'home', { publicKey: key, endpoint: 'gate.example:51820', routes: ['172.30.0.0/16'] });
  await enter('keyless', 'home');
  await enter('laptop', 'home', { publicKey: newKey(), keepaliveSeconds: 25 });
  const gate = await addressOf('gate');
  const laptop = await addressOf('laptop');
  await addressOf('keyless');
  const answer = await api.send('GET', `${path('laptop')}/config`);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(answer.text).toBe(`# Peer ${org}/laptop of network home, written by Lattice.
[Interface]
Address = ${laptop}/24

# gate
[Peer]
PublicKey = ${key}
AllowedIPs = ${gate}/32, 172.30.0.0/16
Endpoint = gate.example:51820
PersistentKeepalive = 25
`);
  const keyless = await api.send('GET', `${path('keyless')}/config`);
  expect([keyless.status, problemOf(keyless).code]).toEqual([409, 'PeerNotReady']);
  expect(problemOf(keyless).detail).toContain('no public key yet');
  const absent = await api.send('GET', `${path('nobody')}/config`);
  expect([absent.status, problemOf(absent).code]).toEqual([404, 'NotFound']);
  const printed = await lattice(world.state, ['mesh', 'config', `${org}/laptop`]);
  expect(printed).toMatchObject({ code: 0, stdout: answer.text });
});

test('a host enrols, keeps its config and repairs it', async () => {
  await network('hosts', '10.56.0.0/24');
  await enter('host-a', 'hosts');
  await enter('host-b', 'hosts', { publicKey: newKey() });
  await api.ready(path('host-a'));
  const file = join(folder, 'wg0.conf');
  const sync = () => lattice(world.state, ['mesh', 'sync', `${org}/host-a`, '--file', file]);
  expect(await sync()).toMatchObject({ code: 0, stdout: '' });
  const text = await readFile(file, 'utf8');
  const privateKey = /^PrivateKey = (\S+)$/m.exec(text)?.[1] ?? '';
  expect((await api.get(path('host-a'))).spec.publicKey).toBe(publicKeyOf(privateKey));
  expect(
    JSON.stringify(await world.sql('SELECT spec, status FROM objects WHERE org = $1', [org])),
  ).not.toContain(privateKey);
  for (const kept of [file, `${file}.own`]) expect((await stat(kept)).mode & 0o777).toBe(0o600);
  await api.ready(path('host-a'));
  expect((await sync()).code).toBe(0);
  const settled = await readFile(file, 'utf8');
  await writeFile(file, settled.replace(/AllowedIPs = .*/, 'AllowedIPs = 0.0.0.0/0'));
  expect((await sync()).code).toBe(0);
  expect(await readFile(file, 'utf8')).toBe(settled);
  await rm(`${file}.own`);
  await rm(file);
  const lost = await sync();
  expect(lost.code).toBe(1);
  expect(lost.stderr).toContain('put its private key there');
});

test('lattice dev keeps a file for every peer: an edited and a deleted one are repaired and told, one of a peer that is gone is removed', async () => {
  await network('files', '10.57.0.0/24');
  for (const name of ['file-a', 'file-b']) await enter(name, 'files', { publicKey: newKey() });
  const file = (name: string) => join(process.env.LATTICE_TEST_STATE ?? '', 'mesh', org, `${name}.conf`);
  const text = (name: string) => readFile(file(name), 'utf8').catch(() => undefined);
  const keyOfB = String((await api.get(path('file-b'))).spec.publicKey);
  const whole = await eventually(
    'the file is there',
    () => text('file-a'),
    (found) => found?.includes(keyOfB) === true,
  );
  expect(whole).not.toContain('PrivateKey');
  const repairs = async () =>
    (await events(world, org)).filter(({ source, name }) => source === 'mesh' && name === 'file-a');
  await rm(file('file-a'));
  await eventually(
    'the deleted file is back',
    () => text('file-a'),
    (found) => found === whole,
  );
  await eventually('the ledger is told', repairs, (found) => found.length === 1);
  await writeFile(file('file-a'), 'edited');
  await eventually(
    'the edited file is as before',
    () => text('file-a'),
    (found) => found === whole,
  );
  const told = await eventually('the ledger is told', repairs, (found) => found.length === 2);
  expect(told[1]).toMatchObject({ kind: 'MeshPeer', action: 'repair', outcome: 'ok' });
  await remove('file-b');
  await eventually(
    'its file is gone',
    () => text('file-b'),
    (found) => found === undefined,
  );
  await eventually(
    'the other does not know it any more',
    () => text('file-a'),
    (found) => found?.includes(keyOfB) === false,
  );
});
