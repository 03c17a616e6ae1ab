// The server as Terraform meets it: mutual TLS on a Unix socket, health, unknown calls, and an end when told. The client is
// gRPC's own, with certificates as go-plugin makes them.

import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Client, credentials, status } from '@grpc/grpc-js';
import { afterEach, expect, jest, test } from '@jest/globals';
import { resources } from '../crds/generated/terraform.ts';
import { createProvider } from './provider.ts';
import { createCertificate } from './sdk/protocol/certificate.ts';
import { HealthCheckResponse_ServingStatus, HealthDefinition } from './sdk/protocol/generated/health.ts';
import { GRPCControllerDefinition } from './sdk/protocol/generated/plugin.ts';
import { ProviderDefinition } from './sdk/protocol/generated/tfplugin6.ts';
import { createServer } from './sdk/protocol/server.ts';
import { openSocket } from './sdk/protocol/socket.ts';
import { callOf } from './sdk/testing/client.ts';
import { type Served, serveHere } from './sdk/testing/served.ts';

const toClose: (() => void)[] = [];

afterEach(() => {
  for (const close of toClose.splice(0)) close();
});

async function serve(clientCertificatePem: string | undefined, onShutdown = () => {}): Promise<Served> {
  const server = await serveHere(createProvider({}), {
    ...(clientCertificatePem && { clientCertificatePem }),
    onShutdown,
  });
  toClose.push(() => server.close());
  return server;
}

function pemOf(der: Buffer): Buffer {
  return Buffer.from(new X509Certificate(der).toString());
}

function connect(
  server: Omit<Served, 'close'>,
  own?: { privateKeyPem: string; certificatePem: string },
): Client {
  const secure =
    server.certificate === undefined
      ? credentials.createInsecure()
      : credentials.createSsl(
          pemOf(server.certificate),
          own === undefined ? null : Buffer.from(own.privateKeyPem),
          own === undefined ? null : Buffer.from(own.certificatePem),
        );
  const client = new Client(`unix:${server.socketPath}`, secure, {
    'grpc.default_authority': 'localhost',
    'grpc.ssl_target_name_override': 'localhost',
    'grpc.max_receive_message_length': 64 * 1024 * 1024,
  });
  toClose.push(() => client.close());
  return client;
}

test('the certificate is what Go accepts: self-signed for localhost, valid since yesterday, for both sides', () => {
  const now = Date.parse('2031-02-03T04:05:06Z');
  const certificate = new X509Certificate(createCertificate(now).der);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkIssued(certificate)).toBe(true);
  expect(certificate.checkHost('localhost', { subject: 'never' })).toBe('localhost');
  expect(certificate.ca).toBe(true);
  expect(certificate.validFromDate.toISOString()).toBe('2031-02-02T04:05:06.000Z');
  expect(certificate.validToDate.getTime()).toBeGreaterThan(now);
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
});

test('two runs never share a certificate', () => {
  const [one, other] = [createCertificate(), createCertificate()].map(({ der }) => new X509Certificate(der));
  expect(one?.serialNumber).not.toBe(other?.serialNumber);
  expect(one?.fingerprint256).not.toBe(other?.fingerprint256);
});

test('the announced client is served over mutual TLS', async () => {
  const own = createCertificate();
  const client = connect(await serve(own.certificatePem), own);
  const answer = await callOf(client, HealthDefinition.methods.check, { service: 'plugin' });
  expect(answer.status).toBe(HealthCheckResponse_ServingStatus.SERVING);
});

test('a client with another certificate, or with none, is refused', async () => {
  const server = await serve(createCertificate().certificatePem);
  for (const own of [createCertificate(), undefined])
    await expect(callOf(connect(server, own), HealthDefinition.methods.check, {})).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
});

test('without a client certificate in the environment there is no TLS', async () => {
  const server = await serve(undefined);
  expect(server.certificate).toBeUndefined();
  expect((await callOf(connect(server), HealthDefinition.methods.check, {})).status).toBe(
    HealthCheckResponse_ServingStatus.SERVING,
  );
});

test('a call that does not exist is answered UNIMPLEMENTED', async () => {
  const client = connect(await serve(undefined));
  const refused = new Promise((_resolve, reject) => {
    const nothing = () => Buffer.alloc(0);
    client.makeUnaryRequest('/plugin.GRPCBroker/StartStream', nothing, nothing, {}, reject);
  });
  await expect(refused).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
});

test('the schema has every kind as a resource and as a data source', async () => {
  const client = connect(await serve(undefined));
  const schema = await callOf(client, ProviderDefinition.methods.getProviderSchema, {});
  const names = Object.keys(resources).sort();
  expect(names).toContain('lattice_agent');
  expect(Object.keys(schema.resourceSchemas).sort()).toEqual(names);
  // One for one object and one for many.
  expect(Object.keys(schema.dataSourceSchemas)).toEqual(expect.arrayContaining(names));
  expect(Object.keys(schema.dataSourceSchemas)).toHaveLength(2 * names.length);
  expect(schema.serverCapabilities).toMatchObject({ planDestroy: true, getProviderSchemaOptional: true });
  const token = schema.provider?.block?.attributes.find(({ name }) => name === 'token');
  expect(token).toMatchObject({ optional: true, sensitive: true });
});

test('a value that does not fit the schema is a diagnostic, not a failed call, and is logged', async () => {
  const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const client = connect(await serve(undefined));
  const answer = await callOf(client, ProviderDefinition.methods.validateResourceConfig, {
    typeName: 'lattice_org',
    config: { msgpack: Uint8Array.of(0x80) },
  });
  expect(answer.diagnostics[0]?.detail).toContain('an object with the attributes');
  const [line] = written.mock.calls.flat();
  expect(JSON.parse(String(line))).toMatchObject({ '@level': 'error', call: 'ValidateResourceConfig' });
  written.mockRestore();
  const unknown = await callOf(client, ProviderDefinition.methods.readResource, { typeName: 'lattice_moon' });
  expect(unknown.diagnostics[0]).toMatchObject({ summary: 'There is no such type' });
});

test('a message of more than 4 MiB gets through', async () => {
  const client = connect(await serve(undefined));
  const json = Buffer.from(JSON.stringify({ name: 'o', display_name: 'x'.repeat(5 * 1024 * 1024) }));
  const answer = await callOf(client, ProviderDefinition.methods.upgradeResourceState, {
    typeName: 'lattice_org',
    rawState: { json },
  });
  expect(answer.diagnostics).toEqual([]);
  expect(answer.upgradedState?.msgpack.length).toBeGreaterThan(5 * 1024 * 1024);
});

test('Shutdown is answered and then ends the server; closing leaves no socket', async () => {
  const ended = Promise.withResolvers<void>();
  const server = await serve(undefined, ended.resolve);
  await callOf(connect(server), GRPCControllerDefinition.methods.shutdown, {});
  await ended.promise;
  server.close();
  expect(existsSync(server.socketPath)).toBe(false);
});

test('who connects before anything serves is served as soon as something does', async () => {
  const own = createCertificate();
  const identity = { own: createCertificate(), clientCertificatePem: own.certificatePem };
  const socket = await openSocket();
  toClose.push(() => socket.close());
  const client = connect({ socketPath: socket.path, certificate: identity.own.der }, own);
  const answer = callOf(client, HealthDefinition.methods.check, {});
  // Its first bytes are there before somebody takes the connection.
  await new Promise(setImmediate);
  const server = createServer(createProvider({}), { identity, onShutdown: () => {} });
  toClose.push(() => server.close());
  socket.serve((connection) => server.take(connection));
  expect((await answer).status).toBe(HealthCheckResponse_ServingStatus.SERVING);
});
