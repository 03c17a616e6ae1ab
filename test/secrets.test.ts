// Secrets are planted wherever a user can put one, rightly or wrongly; the main path and its failures are gone through; and
// none is in anything that was written, printed or answered. The environment is the test's own, so that all of it can be
// looked through.

import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { hashToken } from '../controller/http/tokens.ts';
import { kinds } from '../crds/kinds.ts';
import { mintedTokenSchema } from '../crds/token.ts';
import { type Api, apiOf } from './support/api.ts';
import { lattice } from './support/cli.ts';
import { type Dev, removeFolder, startDevProcess, temporaryFolder } from './support/dev.ts';
import { lookAtFiles, lookAtTables, lookAtWorkflows, planted } from './support/planted.ts';
import { type Program, startProgram } from './support/program.ts';
import { openWorld, type World } from './support/world.ts';

const garden = planted();
const { plant, know, saw, findings, seen } = garden;

let folder: string;
let dev: Dev;
let world: World;
let controller: Program;
let worker: Program;
let address: string;
let api: Api;

const token = plant('a token of the API');
const password = plant('the password of the database', 'pl@nted/');
const login = 'planted_owner';
const secrets = {
  LATTICE_SECRET_PLANTED: plant('a secret in the environment'),
  LATTICE_SECRET_UNUSED: plant('a secret in the environment that nobody names'),
};

/** The same database as the world's, by another login. */
function databaseUrl(secret: string): string {
  const url = new URL(world.state.databaseUrl);
  return `postgres://${login}:${encodeURIComponent(secret)}@${url.host}${url.pathname}`;
}

const settings = (): Record<string, string> => ({
  ...secrets,
  LATTICE_DATABASE_URL: databaseUrl(password),
  LATTICE_TEMPORAL_ADDRESS: world.state.temporalAddress,
  LATTICE_LISTEN_PORT: '0',
  LATTICE_LOG_LEVEL: 'debug',
  LATTICE_TOKENS_FILE: join(folder, 'tokens.yaml'),
  LATTICE_SECRET_ENV_ORGS: '*',
  LATTICE_SECRET_FILE_ORGS: '*',
  LATTICE_SECRETS_DIRECTORY: join(folder, 'secrets'),
});

beforeAll(async () => {
  folder = await temporaryFolder();
  dev = await startDevProcess({ sweepIntervalMs: 300 });
  world = await openWorld(dev.state);
  await world.sql(`CREATE ROLE ${login} LOGIN SUPERUSER PASSWORD '${password}'`);
  await mkdir(join(folder, 'secrets'));
  await writeFile(join(folder, 'secrets/planted'), plant('a secret in a file'));
  const entry = {
    name: 'planted',
    sha256: hashToken(token),
    orgs: ['*'],
    verbs: ['*'],
    managers: ['terraform'],
  };
  await writeFile(join(folder, 'tokens.yaml'), stringify({ tokens: [entry] }), { mode: 0o600 });
  [controller, worker] = [startProgram(['controller'], settings()), startProgram(['worker'], settings())];
  address = await controller.firstLine;
  const plain = apiOf({ address, token });
  api = {
    ...plain,
    send: async (method, path, body, headers) => {
      const answer = await plain.send(method, path, body, headers);
      saw(
        `the answer ${answer.status} to ${method} ${path}`,
        answer.text + JSON.stringify([...answer.headers]),
      );
      return answer;
    },
  };
});

afterAll(async () => {
  await Promise.all([controller.stop(), worker.stop()]);
  await world.close();
  await dev.stop();
  await Promise.all([removeFolder(dev.folder), removeFolder(folder)]);
});

/** The command, with everything it says looked at. */
async function cli(args: readonly string[], as: { address?: string; token?: string } = {}, input = '') {
  const ran = await lattice({ address, token, ...as }, args, input);
  saw(`lattice ${args[0]}`, ran.stdout + ran.stderr);
  return ran;
}

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
  know('the private key of a mesh host', key);
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
  know('a minted token', minted.token);
  const send = async (method: string, path: string, body?: object, expected = 200) => {
    const told = await apiOf({ address, token: minted.token }).send(method, path, body);
    saw(`${method} by a minted token`, told.text + JSON.stringify([...told.headers]));
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
  const broken = `${plant('a broken private key', '')}${'A'.repeat(19)}=`;
  await writeFile(bad, `[Interface]\nPrivateKey = ${broken}\n`, { mode: 0o600 });
  expect((await sync('--file', join(folder, 'bad.conf'), '--key-file', bad)).code).toBe(1);
});

test('secrets in fields that are for something else are refused without a word of them', async () => {
  const key = plant('an API key written out', 'sk-planted');
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
  const wrong = plant('a token that is not known');
  const bad = apiOf({ address, token: wrong });
  for (const path of ['/v1/orgs', `/v1/orgs/${org}/agents/one`]) {
    const answer = await bad.send('GET', path, undefined, { 'lattice-owner': `terraform/${org}` });
    expect(answer.status).toBe(401);
    saw('the answer to a wrong token', answer.text + JSON.stringify([...answer.headers]));
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

test('a database that cannot be used, or an address that is none, is told without the password', async () => {
  const wrong = plant('a wrong password of the database', 'pl@nted/');
  const raw = plant('a password that breaks its address');
  const { host, pathname } = new URL(world.state.databaseUrl);
  const urls = [
    databaseUrl(wrong),
    `postgres://${login}:${encodeURIComponent(wrong)}@127.0.0.1:1/none`,
    `postgres://${login}:${encodeURIComponent(wrong)}@${host}/no-such-database`,
    `${login}:${raw}@${host}${pathname}`,
    `postgres://${login}:/${raw}@${host}${pathname}`,
  ];
  for (const url of urls) {
    const runs = [
      ['migrate', '--database-url', url],
      ['audit', 'verify', '--database', url],
    ];
    for (const { code } of await Promise.all(runs.map((args) => cli(args)))) expect(code).toBe(1);
  }
  const start = (program: string, url = ''): Program =>
    startProgram([program], { ...settings(), LATTICE_DATABASE_URL: url });
  for (const url of urls.slice(0, 2)) {
    const [other, noWorker] = [start('controller', url), start('worker', url)];
    const answer = await apiOf({ address: await other.firstLine, token }).send('GET', '/v1/orgs');
    // Also where Postgres answers, but does not let us in.
    expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('DependencyUnavailable')]);
    saw('the answer without a database', answer.text);
    await other.says(/a request was put off/);
    await noWorker.says(/"level":"(warn|error)"/);
    await Promise.all([other.stop(), noWorker.stop()]);
    saw('programs without their database', other.output() + noWorker.output());
  }
  const wrongAddress = start('controller', urls[3]);
  expect(await wrongAddress.ended).toBe(1);
  saw('a controller with a wrong address', wrongAddress.output());
}, 300_000);

test('settings and tokens that cannot be read are not quoted', async () => {
  const secret = plant('a line of a broken file');
  const file = join(folder, 'broken.yaml');
  for (const text of [`databaseUrl: "postgres://u:${secret}@h/d\n`, secret]) {
    await writeFile(file, text);
    const flags = ['--config', '--tokens-file'];
    for (const other of flags.map((flag) => startProgram(['controller', flag, file], settings()))) {
      expect(await other.ended).toBe(1);
      saw('a controller with a broken file', other.output());
    }
  }
  await writeFile(file, `${secret}\n${secret}\n`);
  const other = startProgram(['controller', '--temporal-api-key-file', file], settings());
  expect(await other.ended).toBe(1);
  saw('a controller with a broken key', other.output());
});

test('a crash leaves a stack, and neither secrets of the error nor the environment', async () => {
  const reports = join(folder, 'reports');
  await mkdir(reports);
  // What a driver may hang on an error; thrown from outside of every handler.
  const code = `process.on('SIGHUP', () => { throw Object.assign(new Error('thrown by the test'), {
    connection: process.env.LATTICE_DATABASE_URL, environment: { ...process.env } }); })`;
  const options = ['--report-uncaught-exception', '--report-on-signal', '--report-signal=SIGUSR2'];
  const crashing = {
    ...settings(),
    LATTICE_TOKEN: token,
    NODE_OPTIONS: [
      `--import=data:text/javascript,${encodeURIComponent(code)}`,
      ...options,
      `--report-directory=${reports}`,
    ].join(' '),
  };
  for (const name of ['controller', 'worker']) {
    const program = startProgram([name], crashing);
    await program.says(/is up"/);
    program.signal('SIGUSR2');
    await program.says(/Node\.js report completed/);
    program.signal('SIGHUP');
    expect(await program.ended).toBe(1);
    expect(program.output()).toContain('Error: thrown by the test');
    saw(`a ${name} that crashed`, program.output());
  }
  await lookAtFiles(reports, () => true, garden);
  expect([...seen.keys()].filter((where) => where.startsWith('file report'))).toHaveLength(2);
});

test('a secret would be found in any form in which bytes are written', () => {
  const other = planted();
  const secret = other.plant('it', 'pl@nted/');
  const text = `begin ${secret} end`;
  const forms = [
    text,
    JSON.stringify({ text }),
    encodeURIComponent(text),
    ...['', ' ', '  '].map((shift) => Buffer.from(shift + text).toString('base64')),
    Buffer.from(text).toString('hex').toUpperCase(),
  ];
  for (const [at, form] of forms.entries()) other.saw(String(at), form);
  expect(other.findings()).toHaveLength(forms.length);
});

test('none of them is in anything that was written, printed or answered', async () => {
  await lookAtTables(world, garden);
  await lookAtWorkflows(world, garden);
  for (const path of ['/metrics', '/readyz', '/openapi.json', `/v1/orgs/${org}/agents`, '/v1/audit/chains'])
    await api.send('GET', path);
  saw('the log of the controller', controller.output());
  saw('the log of the worker', worker.output());
  await lookAtFiles(dev.folder, (name) => name.endsWith('.log'), garden);
  // Looked at, and not empty: what proves that something is missing must be there.
  for (const place of [
    'table objects',
    'table audit_event',
    'table audit_diff',
    'table minted_tokens',
    'the log of the controller',
    'lattice apply',
  ])
    expect([place, (seen.get(place) ?? 0) > 100]).toEqual([place, true]);
  expect([...seen.keys()].some((where) => where.startsWith('history of agent/'))).toBe(true);
  expect(findings()).toEqual([]);
});
