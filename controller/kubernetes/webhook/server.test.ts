// The server that API servers ask, over TLS, and what it answers when it cannot judge.

import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import type { Log } from '../../../config/log.ts';
import { createAuthority, issueClientCertificate } from '../../../servers/kubernetes/certificates.ts';
import { openDatabase } from '../../../store/database.ts';
import { startTestDatabase, type TestDatabase } from '../../../store/testing/database.ts';
import { nothingAllowed } from '../../admission/settings.ts';
import { policyJudge } from '../../policy/judge.ts';
import { policyLibrary } from '../../policy/library.ts';
import { resourceCache } from '../watch/cache.ts';
import { createServingCertificate } from './certificate.ts';
import { startWebhookServer, type WebhookServer, type WebhookServerSettings } from './server.ts';
import { CLUSTER, resourceOf, reviewOf } from './testing.ts';

let pg: TestDatabase;
let undo: (() => Promise<void>)[] = [];
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const certificate = await createServingCertificate([], 60_000);

beforeAll(async () => {
  pg = await startTestDatabase();
});

afterAll(async () => {
  await pg?.stop();
});

afterEach(async () => {
  for (const end of undo.reverse()) await end();
  undo = [];
});

const cluster = (id: string) => ({ id, cache: resourceCache(() => {}) });

async function start(
  changes: Partial<WebhookServerSettings> & { url?: string } = {},
): Promise<WebhookServer> {
  const db = openDatabase({ url: changes.url ?? pg.urls.controller, applicationName: 'test' });
  const policies = policyJudge(policyLibrary(db));
  undo.push(db.close, policies.close);
  const server = await startWebhookServer({
    ...{ host: '127.0.0.1', port: 0, certificate, log: silent },
    reviewing: { db, policies, settings: nothingAllowed },
    clusters: () => [cluster(CLUSTER)],
    ...changes,
  });
  undo.push(server.close);
  return server;
}

async function ask(
  { address }: WebhookServer,
  { path = '', connect = {}, body }: { path?: string; connect?: object; body?: unknown } = {},
) {
  const dispatcher = new Agent({ connect: { ca: certificate.certificatePem, ...connect } });
  undo.push(() => dispatcher.close());
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: reviewOf('CREATE', resourceOf('Org', 'acme')),
  };
  const answer = await request(`${address}/kubernetes/admission${path}?timeout=10s`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? review),
  });
  return { status: answer.statusCode, body: await answer.body.json() };
}

const saying = (response: object) => ({
  status: 200,
  body: expect.objectContaining({ response: expect.objectContaining(response) }),
});
const refusing = (code: number, message: unknown) =>
  saying({ allowed: false, status: expect.objectContaining({ code, message }) });

test('the short path and that of the cluster are answered', async () => {
  const server = await start();
  expect(await ask(server)).toEqual(saying({ uid: '1', allowed: true }));
  expect(await ask(server, { path: `/${CLUSTER}` })).toEqual(saying({ allowed: true }));
});

test('where there are several clusters the path must name one', async () => {
  const server = await start({ clusters: () => [cluster(CLUSTER), cluster('other')] });
  expect(await ask(server, { path: '/other' })).toEqual(saying({ allowed: true }));
  const names = expect.stringContaining(`/kubernetes/admission/${CLUSTER}, /kubernetes/admission/other`);
  expect(await ask(server)).toEqual(refusing(404, names));
  expect(await ask(server, { path: '/unknown' })).toEqual(refusing(404, names));
});

test('a cluster that is not known yet is refused for a moment', async () => {
  const server = await start({ clusters: () => [undefined] });
  expect(await ask(server)).toEqual(refusing(503, expect.stringContaining('does not know the cluster')));
});

test('without Postgres everything is refused, with a hint to come again', async () => {
  const server = await start({ url: new URL('/none', pg.urls.controller).href });
  const answer = await ask(server);
  expect(answer).toEqual(refusing(503, expect.stringContaining('Postgres does not answer; try again')));
  expect(answer.body).toMatchObject({ response: { status: { details: { retryAfterSeconds: 1 } } } });
});

test('an object that cannot be read is refused, and what is no review has no answer', async () => {
  const server = await start();
  const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
  const asked = { ...reviewOf('CREATE', resourceOf('Org', 'acme')), object: { metadata: {} } };
  const message = expect.stringMatching(/^the controller failed/);
  expect(await ask(server, { body: { ...review, request: asked } })).toEqual(refusing(500, message));
  expect(await ask(server, { body: {} })).toMatchObject({ status: 400 });
});

test('a renewed certificate is served to whoever connects anew', async () => {
  const server = await start();
  const renewed = await createServingCertificate(['lattice.example'], 60_000);
  server.serveWith(renewed);
  await expect(ask(server)).rejects.toThrow();
  const connect = { ca: renewed.certificatePem, servername: 'lattice.example' };
  expect(await ask(server, { connect })).toEqual(saying({ allowed: true }));
});

test('with a CA for clients, who shows no certificate of it is not answered', async () => {
  const authority = await createAuthority('api-servers');
  const { certificatePem: cert, privateKeyPem: key } = await issueClientCertificate(authority, { user: 'a' });
  const server = await start({ clientCa: authority.certificatePem });
  await expect(ask(server)).rejects.toThrow();
  expect(await ask(server, { connect: { cert, key } })).toEqual(saying({ allowed: true }));
  server.serveWith(certificate);
  await expect(ask(server)).rejects.toThrow();
  expect(await ask(server, { connect: { cert, key } })).toEqual(saying({ allowed: true }));
});
