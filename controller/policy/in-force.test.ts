// Which waivers are in force, by the one clock that all controllers share.

import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { waiver } from '../../crds/waiver.ts';
import type { Database } from '../../store/database.ts';
import { insertObject } from '../../store/object-writes.ts';
import { startTestDatabase, type TestDatabase } from '../../store/testing/database.ts';
import { type InForce, inForce } from './in-force.ts';
import { policyLibrary } from './library.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterAll(() => pg.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

const of = (org: string): Promise<InForce> => db.transaction((tx) => inForce(tx, policyLibrary(db), org));

const HOUR_MS = 3_600_000;

async function declare(name: string, fingerprint: string, expiresAt: number): Promise<void> {
  const spec = { fingerprint, approver: 'me', reason: 'only for this test', expiresAt: new Date(expiresAt) };
  const manifest = {
    kind: waiver,
    org: 'acme',
    name,
    labels: {},
    annotations: {},
    spec: { ...spec, expiresAt: spec.expiresAt.toISOString() },
  };
  const owner = { manager: 'api', instance: 'me', ref: '' } as const;
  await db.transaction((tx) => insertObject(tx, { manifest, owner, idempotencyKey: undefined }));
}

test('a host whose clock is wrong sees the same waivers as all others, and the same time', async () => {
  const now = Date.now();
  const [ended, lasting] = ['a'.repeat(64), 'b'.repeat(64)];
  await declare('ended', ended, now - HOUR_MS / 2);
  await declare('lasting', lasting, now + HOUR_MS / 2);
  for (const wrong of [-HOUR_MS, 0, HOUR_MS]) {
    jest.spyOn(Date, 'now').mockReturnValue(now + wrong);
    const { waivers, nowMs } = await of('acme');
    expect([...waivers]).toEqual([[lasting, 'lasting']]);
    expect(Math.abs(nowMs - now)).toBeLessThan(HOUR_MS / 2);
  }
});

test('an org without waivers has the time all the same', async () => {
  const { waivers, nowMs } = await of('nobody');
  expect([...waivers]).toEqual([]);
  expect(nowMs).toBeGreaterThan(0);
});
