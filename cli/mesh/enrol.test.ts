// A host becomes a peer, against a controller that is plain data.

import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ApiObject } from '../../crds/api.ts';
import { meshPeer } from '../../crds/mesh-peer.ts';
import { temporaryFolder } from '../../servers/testing.ts';
import type { ApiClient } from '../client.ts';
import { enrol, type HostFiles } from './enrol.ts';
import { generatePrivateKey, publicKeyOf } from './keys.ts';

const name = { kind: meshPeer, org: 'acme', name: 'laptop' };
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let files: HostFiles;
/** The declared public key. */
let declared: string | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
  files = { config: join(folder.path, 'wg0.conf'), own: join(folder.path, 'wg0.own') };
  declared = undefined;
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const refuse = (): never => {
  throw new Error('not asked for');
};
const client: ApiClient = {
  get: async (): Promise<ApiObject> => ({
    apiVersion: 'lattice.dev/v1alpha1',
    kind: 'MeshPeer',
    metadata: {
      org: 'acme',
      name: 'laptop',
      uid: '0190a5d0-7b1e-7c3a-9f00-000000000001',
      labels: { site: 'home' },
      annotations: {},
      generation: 1,
      resourceVersion: '7',
      owner: { manager: 'api', instance: 'me', ref: '' },
      createdAt: '',
    },
    spec: { network: 'home', routes: [], ...(declared !== undefined && { publicKey: declared }) },
    status: { observedGeneration: 1, conditions: [], externalIds: {} },
  }),
  update: async (_name, manifest, version) => {
    expect(version).toBe('7');
    expect(manifest).toMatchObject({ metadata: { labels: { site: 'home' } }, spec: { network: 'home' } });
    declared = JSON.parse(JSON.stringify(manifest)).spec.publicKey;
    return await client.get(name).then((object) => object ?? refuse());
  },
  plan: refuse,
  list: refuse,
  create: refuse,
  delete: refuse,
  adopt: refuse,
  write: refuse,
  read: refuse,
  waitReady: refuse,
  waitGone: refuse,
};

test('a host without a key makes one, keeps it to itself and declares the public half; again it is the same', async () => {
  const own = await enrol(client, name, files);
  expect(declared).toBe(publicKeyOf(own.privateKey));
  expect((await stat(files.own)).mode & 0o777).toBe(0o600);
  expect(await readFile(files.own, 'utf8')).toBe(`[Interface]\nPrivateKey = ${own.privateKey}\n`);
  expect(await enrol(client, name, files)).toEqual(own);
});

test('a host that died before it declared its key goes on with the same key', async () => {
  const own = await enrol(client, name, files);
  declared = undefined;
  await enrol(client, name, files);
  expect(declared).toBe(publicKeyOf(own.privateKey));
});

test('a config that was there before gives its key and its own lines, so that they are not lost', async () => {
  const privateKey = generatePrivateKey();
  await writeFile(files.config, `[Interface]\nPrivateKey = ${privateKey}\nPostUp = echo up\n`, {
    mode: 0o600,
  });
  const own = await enrol(client, name, files);
  expect(own).toEqual({ privateKey, entries: [['PostUp', 'echo up']] });
  expect(await readFile(files.own, 'utf8')).toContain(privateKey);
});

test.each<[string, () => Promise<void>, RegExp]>([
  [
    'the peer has a key that this host does not have',
    async () => {
      declared = publicKeyOf(generatePrivateKey());
    },
    /does not exist: put its private key there/,
  ],
  [
    'the key of this host is another one',
    async () => {
      await writeFile(files.own, generatePrivateKey(), { mode: 0o600 });
      declared = publicKeyOf(generatePrivateKey());
    },
    /is that of/,
  ],
  [
    'others can read the key',
    async () => {
      await writeFile(files.own, generatePrivateKey());
      await chmod(files.own, 0o644);
    },
    /can be read by others: chmod 600/,
  ],
  ['the file holds no key', () => writeFile(files.own, '[Interface]\n', { mode: 0o600 }), /no PrivateKey/],
])('a host is refused when %s', async (_why, given, says) => {
  await given();
  const before = declared;
  await expect(enrol(client, name, files)).rejects.toThrow(says);
  expect(declared).toBe(before);
});
