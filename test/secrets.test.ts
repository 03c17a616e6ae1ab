// Secrets are planted wherever a user can put one, rightly or wrongly; the main path and its failures are gone through; and
// none is in anything that was written, printed or answered. What programs say that cannot start, or crash, is looked at in
// secrets-of-programs.test.ts.

import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { kinds } from '../crds/kinds.ts';
import { mintedTokenSchema } from '../crds/token.ts';
import { type Api, apiOf } from './support/api.ts';
import type { Planted } from './support/planted.ts';
import {
  type PlantedWorld,
  type ServedPlantedWorld,
  servePlantedWorld,
  startPlantedWorld,
} from './support/planted-world.ts';

let place: PlantedWorld;
let served: ServedPlantedWorld;
let garden: Planted;
let folder: string;
let token: string;
let address: string;
let api: Api;

beforeAll(async () => {
  place = await startPlantedWorld();
  ({ garden, folder, token } = place);
  served = await servePlantedWorld(place);
  ({ address, api } = served);
});

afterAll(async () => {
  await served.stop();
  await place.close();
});

const cli: PlantedWorld['cli'] = (args, as, input) => place.cli(args, { address, ...as }, input);
const org = 'acme';
const create = (plural: string, name: string, spec: object) =>
  api.create(`/v1/orgs/${org}/${plural}`, { metadata: { name }, spec });
const agent = { model: { provider: 'ollama', name: 'smollm2' }, budget: 'root' };

test('the main path: orgs, budgets, secrets by their places, agents that run, a mesh host that enrols', async () => {
  await api.create('/v1/orgs', { metadata: { name: org } });
  await create('budgets', 'root', {});
  await create('modelproviders', 'by-env', { type: 'openai', apiKey: { env: 'LATTICE_SECRET_PLANTED' } });
  await create('modelproviders', 'by-file', { type: 'anthropic', apiKey: { file: 'planted' } });
  await create('agents', 'one', agent);
  await create('meshnetworks', 'net', { cidr: '10.77.0.0/24' });
  await create('meshpeers', 'host', { network: 'net' });
  for (const path of ['budgets/root', 'modelproviders/by-env', 'modelproviders/by-file', 'agents/one'])
    await api.ready(`/v1/orgs/${org}/${path}`);

  const config = join(folder, 'wg.conf');
  expect((await cli(['mesh', 'sync', `${org}/host`, '--file', config])).code).toBe(0);
  const key = /^PrivateKey = (\S+)$/m.exec(await readFile(`${config}.own`, 'utf8'))?.[1] ?? '';
  expect(key).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  garden.know('the private key of a mesh host', key);
  expect((await cli(['mesh', 'config', `${org}/host`])).stdout).toContain('[Interface]');
  for (const args of [
    ['get', 'modelprovider', org],
    ['audit', 'list'],
    ['audit', 'verify'],
  ])
    expect((await cli(args)).code).toBe(0);
});

test('a minted token: minted, used, renewed, refused, in the wrong place, revoked and used again', async () => {
  // The answer is where it stands, so this one answer is not looked at.
  const answer = await apiOf({ address, token }).send('POST', '/v1/tokens', { ttlSeconds: 600 });
  const minted = mintedTokenSchema.parse(JSON.parse(answer.text));
  garden.know('a minted token', minted.token);
  const send = async (method: string, path: string, body?: object, expected = 200) => {
    const told = await apiOf({ address, token: minted.token }).send(method, path, body);
    garden.saw(`${method} by a minted token`, told.text + JSON.stringify([...told.headers]));
    expect([path.replace(minted.token, 'TOKEN'), told.status]).toEqual([
      path.replace(minted.token, 'TOKEN'),
      expected,
    ]);
  };
  const path = `/v1/tokens/${minted.id}`;
  await send('PUT', `/v1/orgs/${org}/agents/one/holds/pause`, { reason: 'a test' });
  await send('DELETE', `/v1/orgs/${org}/agents/one/holds/pause`);
  await send('POST', `/v1/orgs/${org}/budgets`, { metadata: { name: 'minted' }, spec: {} }, 201);
  await send('POST', '/v1/tokens', { ttlSeconds: 60 }, 403);
  await send('POST', `${path}/renew`, { ttlSeconds: 900 });
  await send('POST', `${path}/renew`, { ttlSeconds: minted.token }, 422);
  await send('POST', '/v1/tokens', { ttlSeconds: 60, verbs: [minted.token] }, 422);
  await send('DELETE', `/v1/tokens/${minted.token}`, undefined, 404);
  await send('PUT', `/v1/orgs/${org}/agents/one/holds/${minted.token}`, { reason: 'a' }, 400);
  await send('PUT', `/v1/orgs/${org}/agents/one/holds/pause`, { reason: 'a', expiresAt: minted.token }, 422);
  expect((await cli(['get', 'org'], { token: minted.token })).code).toBe(0);
  await send('DELETE', path);
  await send('GET', '/v1/orgs', undefined, 401);
  expect((await cli(['get', 'org'], { token: minted.token })).code).toBe(1);
  await api.ready(`/v1/orgs/${org}/agents/one`);
});

test('a mesh host that fails keeps its key to itself', async () => {
  const sync = (...args: string[]) => cli(['mesh', 'sync', `${org}/host`, ...args]);
  const config = join(folder, 'wg.conf');
  expect((await sync('--file', config, '--device', 'no-such-device')).code).toBe(1);
  await chmod(`${config}.own`, 0o644);
  expect((await sync('--file', config)).stderr).toContain('can be read by others');
  const bad = join(folder, 'bad.own');
  const broken = `${garden.plant('a broken private key', '')}${'A'.repeat(19)}=`;
  await writeFile(bad, `[Interface]\nPrivateKey = ${broken}\n`, { mode: 0o600 });
  expect((await sync('--file', join(folder, 'bad.conf'), '--key-file', bad)).code).toBe(1);
});

test('secrets in fields that are for something else are refused without a word of them', async () => {
  const key = garden.plant('an API key written out', 'sk-planted');
  const wrong: [plural: string, spec: object][] = [
    ...[
      key,
      [key],
      { value: key },
      { env: key },
      { file: `../${key}` },
      { env: 'LATTICE_SECRET_A', file: ` ${key}` },
    ].map((apiKey): [string, object] => ['modelproviders', { type: 'openai', apiKey }]),
    ['modelproviders', { type: 'openai', apiKey: { stored: { name: `${key}${key}${key}` } } }],
    ['modelproviders', { type: key }],
    ['modelproviders', { type: 'openai', baseUrl: `https://user:${key}@api.example.com` }],
    ['modelproviders', { type: 'openai', baseUrl: `https://${key}:x@localhost` }],
    ['meshpeers', { network: 'net', publicKey: key }],
    ['meshpeers', { network: 'net', publicKey: `-----BEGIN PRIVATE KEY-----\n${key}` }],
    ['meshpeers', { network: 'net', endpoint: `user:${key}@host:1` }],
    ['agents', { ...agent, desiredState: key }],
    ['agents', { ...agent, limits: { maxTurns: key } }],
    ['budgets', { timeZone: key }],
    ['guardrails', { selector: `token in ${key}` }],
    ['meshnetworks', { cidr: key }],
  ];
  const manifests = wrong.map(([plural, spec]) => {
    const kind = kinds.find((known) => known.plural === plural)?.name ?? plural;
    return { plural, manifest: { kind, metadata: { org, name: 'wrong' }, spec } };
  });
  for (const { plural, manifest } of manifests) {
    const path = `/v1/orgs/${org}/${plural}`;
    const { status } = await api.send('POST', path, manifest);
    expect([manifest, status]).toEqual([manifest, 422]);
    await api.send('PUT', `${path}/wrong`, manifest, { 'if-match': '"1"' });
    await api.send('POST', `/v1/orgs/${org}/budgets`, { ...manifest, kind: key });
    await api.send('POST', '/v1/plan', { changes: [{ action: 'apply', manifest }] });
  }
  const text = manifests.map(({ manifest }, at) => {
    const metadata = { ...manifest.metadata, name: `wrong-${at}` };
    return stringify({ ...manifest, metadata });
  });
  expect((await cli(['apply', '-f', '-'], {}, text.join('---\n'))).code).toBe(1);
  for (const yaml of [
    `kind: "Org\nkey: ${key}\n`,
    `kind: Org\n  key: ${key}\n`,
    `a: !${key} b`,
    `a: *${key}`,
  ])
    expect((await cli(['plan', '-f', '-'], {}, yaml)).code).toBe(1);
}, 300_000);

test('a wrong token, in every place where one can be given, is not repeated', async () => {
  const wrong = garden.plant('a token that is not known');
  const bad = apiOf({ address, token: wrong });
  for (const path of ['/v1/orgs', `/v1/orgs/${org}/agents/one`]) {
    const answer = await bad.send('GET', path, undefined, { 'lattice-owner': `terraform/${org}` });
    expect(answer.status).toBe(401);
    garden.saw('the answer to a wrong token', answer.text + JSON.stringify([...answer.headers]));
  }
  const { host } = new URL(address);
  for (const as of [
    { token: wrong },
    { token: `${wrong}\n${wrong}` },
    { token: `${wrong}\u00e9` },
    { address: `http://user:${wrong}@${host}` },
    { address: `${wrong}` },
    { address: `http://127.0.0.1:1`, token: wrong },
  ])
    expect((await cli(['get', 'org'], as)).code).toBe(1);
  expect((await cli(['get', 'org', `--token=${wrong}`])).code).toBe(1);
  expect((await cli(['audit', 'list', `--password=${wrong}`])).code).toBe(1);
});

test('none of them is in anything that was written, printed or answered', async () => {
  for (const path of ['/metrics', '/readyz', '/openapi.json', `/v1/orgs/${org}/agents`, '/v1/audit/chains'])
    await api.send('GET', path);
  served.lookAtLogs();
  await place.lookAround();
  // Looked at, and not empty: what proves that something is missing must be there.
  for (const where of [
    'table objects',
    'table audit_event',
    'table audit_diff',
    'table minted_tokens',
    'the log of the controller',
    'lattice apply',
  ])
    expect([where, (garden.seen.get(where) ?? 0) > 100]).toEqual([where, true]);
  expect([...garden.seen.keys()].some((where) => where.startsWith('history of agent/'))).toBe(true);
  expect(garden.findings()).toEqual([]);
});
