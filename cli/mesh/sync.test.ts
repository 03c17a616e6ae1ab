// The loop on a host, against a controller that is plain data and may fall silent.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { objectSchema } from '../../crds/api.ts';
import { meshPeer } from '../../crds/mesh-peer.ts';
import { eventually, temporaryFolder } from '../../servers/testing.ts';
import { type ApiClient, ApiError } from '../client.ts';
import { UsageError } from '../usage.ts';
import { generatePrivateKey, publicKeyOf } from './keys.ts';
import { syncPeer } from './sync.ts';

const name = { kind: meshPeer, org: 'acme', name: 'laptop' };
const privateKey = generatePrivateKey();
const config = (address: string): string => `[Interface]\nAddress = ${address}/24\n`;
const merged = (address: string): string =>
  `[Interface]\nPrivateKey = ${privateKey}\nAddress = ${address}/24\n`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
let answer: () => string;
let asked: number;
let told: string[];
let stop: AbortController;

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'wg0.conf');
  await writeFile(`${file}.own`, privateKey, { mode: 0o600 });
  answer = () => config('10.20.0.2');
  asked = 0;
  told = [];
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await folder[Symbol.asyncDispose]();
});

const refuse = (): never => {
  throw new Error('not asked for');
};
const peer = objectSchema.parse({
  apiVersion: 'lattice.dev/v1alpha1',
  kind: 'MeshPeer',
  metadata: {
    org: 'acme',
    name: 'laptop',
    uid: '0190a5d0-7b1e-7c3a-9f00-000000000001',
    labels: {},
    annotations: {},
    generation: 1,
    resourceVersion: '7',
    owner: { manager: 'api', instance: 'me', ref: '' },
    createdAt: '',
  },
  spec: { network: 'home', publicKey: publicKeyOf(privateKey) },
  status: { observedGeneration: 1, conditions: [], externalIds: {} },
});
const client: ApiClient = {
  get: async () => peer,
  read: async () => {
    asked++;
    return answer();
  },
  update: refuse,
  plan: refuse,
  list: refuse,
  create: refuse,
  delete: refuse,
  adopt: refuse,
  write: refuse,
  waitReady: refuse,
  waitGone: refuse,
};

const problem = (code: 'PeerNotReady' | 'NotFound'): ApiError =>
  new ApiError({ type: '', title: '', status: 409, code, detail: code, requestId: '', findings: [] });

const sync = (intervalMs?: number): Promise<void> =>
  syncPeer(client, name, {
    files: { config: file, own: `${file}.own` },
    intervalMs,
    signal: stop.signal,
    tell: (line) => told.push(line),
  });
const fileIs = (text: string) =>
  eventually(`the file is ${text}`, async () => (await readFile(file, 'utf8').catch(() => '')) === text);

test('once: the config is written, and written again only when it differs', async () => {
  await sync();
  expect(await readFile(file, 'utf8')).toBe(merged('10.20.0.2'));
  expect(told).toEqual([`${file} written`]);
  await sync();
  expect(told).toHaveLength(1);
});

test('a peer that has just been declared is waited for', async () => {
  answer = () => {
    if (asked < 3) throw problem('PeerNotReady');
    return config('10.20.0.2');
  };
  await sync();
  expect(await readFile(file, 'utf8')).toBe(merged('10.20.0.2'));
});

test('a peer that does not exist is not waited for', async () => {
  answer = () => {
    throw problem('NotFound');
  };
  await expect(sync()).rejects.toThrow('NotFound');
  expect(asked).toBe(1);
});

test('at an interval: changes are followed, edits repaired, and a silent controller changes nothing', async () => {
  const running = sync(10);
  await fileIs(merged('10.20.0.2'));
  answer = () => config('10.20.0.3');
  await fileIs(merged('10.20.0.3'));
  await writeFile(file, 'edited');
  await fileIs(merged('10.20.0.3'));
  await eventually('the repair is told', () => told.includes(`${file} was different: repaired`));
  answer = () => {
    throw new UsageError('the controller does not answer');
  };
  await eventually('the silence is told', () =>
    told.some((line) => line.endsWith('the config of before stays')),
  );
  await rm(file);
  await fileIs(merged('10.20.0.3'));
  stop.abort();
  await running;
});
