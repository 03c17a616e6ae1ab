// The renewal of the certificate: published first, served once it is believed.

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../../servers/testing.ts';
import type { Database } from '../../../store/database.ts';
import { startTestDatabase, type TestDatabase } from '../../../store/testing/database.ts';
import {
  liveCertificates,
  publishCertificate,
  removeExpiredCertificates,
} from '../../../store/webhook-certificates.ts';
import { type Serving, servingCertificates } from './serving.ts';

let pg: TestDatabase;
let db: Database;
let serving: Serving | undefined;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterAll(async () => {
  await pg?.stop();
});

afterEach(async () => {
  await serving?.stop();
  await pg.sql('TRUNCATE webhook_certificates');
});

const start = async (lifetimeMs: number, isBelieved: (pem: string) => Promise<boolean>) => {
  const served: string[] = [];
  const failures: unknown[] = [];
  const failed = (error: unknown) => failures.push(error);
  serving = await servingCertificates({ db, holder: 'one', dnsNames: [], lifetimeMs, isBelieved, failed });
  serving.start(({ certificatePem }) => served.push(certificatePem));
  return { served, failures, first: serving.first.certificatePem };
};

test('it is published, and the process is ready once it is believed', async () => {
  let believed = false;
  const { first } = await start(60_000, async () => believed);
  await eventually('it is published', async () => (await liveCertificates(db)).includes(first));
  expect(serving?.isReady()).toBe(false);
  believed = true;
  await eventually('it is ready', () => serving?.isReady() === true);
});

test('the next is published while the first still serves, and served once it is believed', async () => {
  const believed = new Set<string>();
  const { served, first, failures } = await start(3_000, async (pem) => believed.has(pem));
  believed.add(first);
  const others = async () => (await liveCertificates(db)).filter((pem) => pem !== first);
  await eventually('another is published', async () => (await others()).length === 1);
  expect(served).toEqual([]);
  const [next = ''] = await others();
  believed.add(next);
  await eventually('it is served', () => served.length > 0);
  expect([served[0], failures]).toEqual([next, []]);
});

test('nothing is written at rest, and nothing stays of a process that stops', async () => {
  await start(60_000, async () => true);
  await eventually('it is ready', () => serving?.isReady() === true);
  const rows = () => pg.sql('SELECT xmin::text, holder FROM webhook_certificates');
  const before = await rows();
  await delay(2_500);
  expect([before.length, await rows()]).toEqual([1, before]);
  await serving?.stop();
  expect(await rows()).toEqual([]);
});

test('a process that died without a word is believed until its certificate expires', async () => {
  await publishCertificate(db, { holder: 'dead/1', pem: 'old', expiresAt: new Date(Date.now() - 1) });
  await publishCertificate(db, { holder: 'dead/2', pem: 'new', expiresAt: new Date(Date.now() + 60_000) });
  expect(await liveCertificates(db)).toEqual(['new']);
  await removeExpiredCertificates(db);
  expect(await pg.sql('SELECT holder FROM webhook_certificates')).toEqual([{ holder: 'dead/2' }]);
});
