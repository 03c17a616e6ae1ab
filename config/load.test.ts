import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../servers/testing.ts';
import { configOptions, configPage, configSchema } from './definition.ts';
import { ConfigError, isLoopback, loadConfig } from './load.ts';
import { temporalConnection } from './temporal.ts';

const databaseUrl = 'postgres://db/lattice';

/** Loads a configuration of which a part stands in a file. */
async function load(flags: object = {}, environment: Record<string, string> = {}, file?: string) {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'lattice.yaml');
  if (file !== undefined) await writeFile(path, file);
  return await loadConfig({
    flags: { ...flags },
    environment: { LATTICE_DATABASE_URL: databaseUrl, ...environment },
    file: file === undefined ? undefined : path,
  });
}

test('what nobody sets has its default', async () => {
  expect(await load()).toEqual({
    databaseUrl,
    temporalAddress: '127.0.0.1:7233',
    listenHost: '127.0.0.1',
    listenPort: 7450,
    reconcileConcurrency: 16,
    kubernetesInCluster: false,
    kubernetesKubeconfigs: [],
    kubernetesWebhookHost: '127.0.0.1',
    kubernetesWebhookName: 'lattice',
    kubernetesWebhookDnsNames: [],
    kubernetesWebhookCertificateMs: 604_800_000,
    sweepIntervalMs: 60_000,
    secretEnvOrgs: [],
    secretFileOrgs: [],
    egressAllow: [],
    egressAllowLoopback: false,
    logLevel: 'info',
  });
});

test.each([
  {
    why: 'a flag wins over all',
    flags: { listenPort: '1' },
    environment: { LATTICE_LISTEN_PORT: '2' },
    file: 'listenPort: 3',
    port: 1,
  },
  {
    why: 'the environment wins over the file',
    flags: {},
    environment: { LATTICE_LISTEN_PORT: '2' },
    file: 'listenPort: 3',
    port: 2,
  },
  { why: 'the file wins over the default', flags: {}, environment: {}, file: 'listenPort: 3', port: 3 },
  {
    why: 'zero is a value',
    flags: { listenPort: '0' },
    environment: { LATTICE_LISTEN_PORT: '2' },
    file: 'listenPort: 3',
    port: 0,
  },
  {
    why: 'an unset flag is none',
    flags: { listenPort: undefined },
    environment: { LATTICE_LISTEN_PORT: '2' },
    file: 'logLevel: warn',
    port: 2,
  },
])('flags over environment over file over default: $why', async ({ flags, environment, file, port }) => {
  expect((await load(flags, environment, file)).listenPort).toBe(port);
});

test.each([
  { why: 'a flag', flags: { secretEnvOrgs: 'acme,globex' }, orgs: ['acme', 'globex'] },
  { why: 'spaces', flags: { secretEnvOrgs: ' acme , globex ' }, orgs: ['acme', 'globex'] },
  { why: 'one', flags: { secretEnvOrgs: '*' }, orgs: ['*'] },
  { why: 'the environment', environment: { LATTICE_SECRET_ENV_ORGS: 'acme' }, orgs: ['acme'] },
  { why: 'the file', file: 'secretEnvOrgs: [acme, globex]', orgs: ['acme', 'globex'] },
  {
    why: 'an empty flag takes away what the file gives',
    flags: { secretEnvOrgs: '' },
    file: 'secretEnvOrgs: [acme]',
    orgs: [],
  },
  { why: 'a program that gives a list itself', flags: { secretEnvOrgs: ['acme'] }, orgs: ['acme'] },
])('a list is comma-separated text or a YAML list: $why', async ({ flags, environment, file, orgs }) => {
  expect((await load(flags, environment, file)).secretEnvOrgs).toEqual(orgs);
});

test.each([
  { text: 'true', value: true },
  { text: 'false', value: false },
])('a switch is $text', async ({ text, value }) => {
  expect((await load({ egressAllowLoopback: text })).egressAllowLoopback).toBe(value);
  expect((await load({}, {}, `egressAllowLoopback: ${text}`)).egressAllowLoopback).toBe(value);
});

test.each([
  { why: 'an unknown key of the file', file: 'listenProt: 3', says: 'listenProt' },
  { why: 'a key as the flag is spelled', file: 'listen-port: 3', says: 'listen-port' },
  {
    why: 'a wrong type in the file',
    file: 'listenPort: high',
    says: 'listenPort (--listen-port, LATTICE_LISTEN_PORT)',
  },
  {
    why: 'a number as text in the environment',
    environment: { LATTICE_SWEEP_INTERVAL_MS: '1e3' },
    says: 'LATTICE_SWEEP_INTERVAL_MS',
  },
  { why: 'a unit', flags: { sweepIntervalMs: '60s' }, says: '--sweep-interval-ms' },
  { why: 'too small', flags: { sweepIntervalMs: '99' }, says: 'sweepIntervalMs' },
  { why: 'a port beyond 65535', flags: { listenPort: '65536' }, says: '--listen-port' },
  { why: 'a value outside its list', environment: { LATTICE_LOG_LEVEL: 'loud' }, says: 'LATTICE_LOG_LEVEL' },
  { why: 'a switch that is neither', flags: { egressAllowLoopback: 'yes' }, says: 'egressAllowLoopback' },
  { why: 'no org', flags: { secretEnvOrgs: 'acme,,b' }, says: '(entry 2)' },
  { why: 'a list as one text in the file', file: 'secretEnvOrgs: acme', says: 'secretEnvOrgs' },
  { why: 'a URL for a host', flags: { egressAllow: 'a.example,https://b.example' }, says: '(entry 2)' },
  { why: 'an empty path', environment: { LATTICE_TOKENS_FILE: '' }, says: 'tokensFile' },
  {
    why: 'an empty database URL',
    flags: { databaseUrl: '' },
    says: 'databaseUrl (--database-url, LATTICE_DATABASE_URL)',
  },
  { why: 'a file that is a list', file: '- listenPort', says: 'is not a YAML mapping' },
  { why: 'a file that is not YAML', file: 'a: [1', says: 'lattice.yaml' },
])('what is wrong names the setting: $why', async ({ flags, environment, file, says }) => {
  const loading = load(flags, environment, file);
  await expect(loading).rejects.toThrow(ConfigError);
  await expect(loading).rejects.toThrow(says);
});

test('without a database there is no start, and the message says how to name one', async () => {
  const loading = loadConfig({ flags: {}, environment: {} });
  await expect(loading).rejects.toThrow(ConfigError);
  await expect(loading).rejects.toThrow(/databaseUrl \(--database-url, LATTICE_DATABASE_URL\)/);
});

test('a file that is not there is named', async () => {
  const loading = loadConfig({
    flags: {},
    environment: { LATTICE_DATABASE_URL: databaseUrl },
    file: '/nowhere/lattice.yaml',
  });
  await expect(loading).rejects.toThrow('/nowhere/lattice.yaml cannot be read');
});

test('every wrong setting is told at once', async () => {
  const loading = load({ listenPort: 'x', logLevel: 'y' });
  await expect(loading).rejects.toThrow(/listenPort.*\n.*logLevel/);
});

const tls = { tlsCertFile: '/c.pem', tlsKeyFile: '/k.pem' };

test.each([
  { why: 'all addresses', flags: { listenHost: '0.0.0.0' } },
  { why: 'a private address', flags: { listenHost: '10.1.2.3' } },
  { why: 'a name', flags: { listenHost: 'lattice.internal' } },
  { why: 'all addresses of IPv6', flags: { listenHost: '::' } },
])('plain HTTP off loopback is refused: $why', async ({ flags }) => {
  await expect(load(flags)).rejects.toThrow(`listenHost ${flags.listenHost} is not a loopback address`);
  expect(await load({ ...flags, ...tls })).toMatchObject({ ...flags, ...tls });
});

test.each([
  {
    why: 'a certificate without a key',
    flags: { tlsCertFile: '/c.pem' },
    says: 'tlsCertFile and tlsKeyFile belong together',
  },
  {
    why: 'a key without a certificate',
    flags: { tlsKeyFile: '/k.pem' },
    says: 'tlsCertFile and tlsKeyFile belong together',
  },
  {
    why: 'a certificate without a key, off loopback',
    flags: { listenHost: '0.0.0.0', tlsCertFile: '/c.pem' },
    says: 'belong together',
  },
  {
    why: 'a certificate for Temporal without a key, which would be plain text',
    flags: { temporalTlsCertFile: '/c.pem' },
    says: 'temporalTlsCertFile and temporalTlsKeyFile belong together',
  },
  {
    why: 'a key for Temporal without a certificate',
    flags: { temporalTlsKeyFile: '/k.pem' },
    says: 'temporalTlsCertFile and temporalTlsKeyFile belong together',
  },
])('the files of TLS belong together: $why', async ({ flags, says }) => {
  await expect(load(flags)).rejects.toThrow(says);
});

test.each([
  { host: '127.0.0.1', loopback: true },
  { host: '127.9.8.7', loopback: true },
  { host: 'localhost', loopback: true },
  { host: '::1', loopback: true },
  { host: '0.0.0.0', loopback: false },
  { host: '::', loopback: false },
  { host: '::ffff:10.0.0.1', loopback: false },
  { host: '128.0.0.1', loopback: false },
  { host: '10.127.0.1', loopback: false },
  { host: '127.0.0.1.example.com', loopback: false },
  { host: '127.0.0.1:80', loopback: false },
  { host: '127.1', loopback: false },
  { host: 'localhost.example.com', loopback: false },
  { host: '', loopback: false },
])('whether "$host" can be reached from this machine only: $loopback', ({ host, loopback }) => {
  expect(isLoopback(host)).toBe(loopback);
});

test('every setting has one flag and one variable, and a description', () => {
  expect(configOptions.map(({ field }) => field)).toEqual(Object.keys(configSchema.shape));
  for (const names of [configOptions.map(({ flag }) => flag), configOptions.map(({ variable }) => variable)])
    expect(new Set(names).size).toBe(configOptions.length);
  for (const { flag, variable, description } of configOptions) {
    expect(flag).toMatch(/^--[a-z]+(-[a-z]+)*$/);
    expect(variable).toMatch(/^LATTICE_[A-Z]+(_[A-Z]+)*$/);
    expect(description).toMatch(/^\S.{8,}\.$/s);
  }
  expect(configOptions.find(({ field }) => field === 'databaseUrl')).toMatchObject({
    flag: '--database-url',
    variable: 'LATTICE_DATABASE_URL',
    secret: true,
  });
});

test('the reference page has a row for every setting', () => {
  for (const { field, flag, variable } of configOptions)
    expect(configPage()).toContain(`| \`${field}\` | \`${flag}\` | \`${variable}\` |`);
});

test('an API key turns TLS on and is read without its line break; without anything there is no TLS', async () => {
  await using folder = await temporaryFolder();
  const key = join(folder.path, 'key');
  await writeFile(key, 'secret\n');
  expect(await temporalConnection(await load({ temporalApiKeyFile: key }))).toEqual({
    address: '127.0.0.1:7233',
    apiKey: 'secret',
    tls: {},
  });
  expect(await temporalConnection(await load())).toEqual({ address: '127.0.0.1:7233' });
});

test('certificates of Temporal are read from their files', async () => {
  await using folder = await temporaryFolder();
  const file = async (name: string) => {
    await writeFile(join(folder.path, name), name);
    return join(folder.path, name);
  };
  const config = await load({
    temporalTlsCaFile: await file('ca'),
    temporalTlsCertFile: await file('cert'),
    temporalTlsKeyFile: await file('key'),
  });
  const { tls } = await temporalConnection(config);
  expect(tls?.serverRootCACertificate?.toString()).toBe('ca');
  expect(tls?.clientCertPair?.crt.toString()).toBe('cert');
  expect(tls?.clientCertPair?.key.toString()).toBe('key');
});
