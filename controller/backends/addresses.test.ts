// Addresses against a real Postgres: given once, to one peer, and at rest after it.

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { validateManifest } from '../../crds/validate.ts';
import type { Database } from '../../store/database.ts';
import { insertObject } from '../../store/object-writes.ts';
import { startTestDatabase, type TestDatabase } from '../../store/testing/database.ts';
import { AddressTakenError, giveAddress, observeAddress, releaseAddress } from './addresses.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterAll(() => pg.stop());

beforeEach(async () => {
  await pg.sql('TRUNCATE objects, object_references, mesh_addresses');
});

async function declare(kind: string, name: string, spec: object): Promise<string> {
  const { manifest } = validateManifest({ kind, metadata: { org: 'acme', name }, spec });
  if (manifest === undefined) throw new Error(`${name} is not valid`);
  const owner = { manager: 'api', instance: 'me', ref: '' } as const;
  const object = await db.transaction((tx) =>
    insertObject(tx, { manifest, owner, idempotencyKey: undefined }),
  );
  return object?.uid ?? '';
}
const network = (cidr: string) => declare('MeshNetwork', 'home', { cidr });
const peer = (name: string) => declare('MeshPeer', name, { network: 'home' });

const give = (uid: string, address: string) => db.transaction((tx) => giveAddress(tx, uid, address));
const release = (uid: string) => db.transaction((tx) => releaseAddress(tx, uid));
const restIsOver = () =>
  pg.sql(
    `UPDATE mesh_addresses SET released_at = now() - interval '61 minutes' WHERE released_at IS NOT NULL`,
  );

/** Joins as passes do: looks, takes, and looks again when somebody was faster. */
async function join(uid: string, before?: string): Promise<string | undefined> {
  for (;;) {
    const plan = await observeAddress(db, uid, before);
    if (plan.state === 'given') return plan.address;
    if (plan.state !== 'free') return undefined;
    try {
      await give(uid, plan.address);
      return plan.address;
    } catch (error) {
      if (!(error instanceof AddressTakenError)) throw error;
    }
  }
}

test('fifty peers that join at once have fifty addresses', async () => {
  await network('10.20.0.0/24');
  const uids = await Promise.all(Array.from({ length: 50 }, (_, index) => peer(`peer-${index}`)));
  const addresses = await Promise.all(uids.map((uid) => join(uid)));
  expect(new Set(addresses).size).toBe(50);
  for (const address of addresses) expect(address).toMatch(/^10\.20\.0\.\d+$/);
  const rows = await pg.sql('SELECT host(address) AS address FROM mesh_addresses ORDER BY address');
  expect(new Set(rows.map((row) => row.address))).toEqual(new Set(addresses));
});

test('peers that join at once fill a network to its last address, and the others are told', async () => {
  await network('10.20.0.0/28');
  const uids = await Promise.all(Array.from({ length: 20 }, (_, index) => peer(`peer-${index}`)));
  const addresses = await Promise.all(uids.map((uid) => join(uid)));
  expect(new Set(addresses.filter((address) => address !== undefined)).size).toBe(14);
  expect(addresses.filter((address) => address === undefined)).toHaveLength(6);
});

test.each([
  ['IPv4 without the addresses of network and broadcast', '10.20.0.0/30', ['10.20.0.1', '10.20.0.2']],
  ['two ends of a line', '10.20.0.0/31', ['10.20.0.0', '10.20.0.1']],
  ['one host', '10.20.0.9/32', ['10.20.0.9']],
  ['IPv6 without the anycast of routers', 'fd00::/126', ['fd00::1', 'fd00::2', 'fd00::3']],
  ['one host of IPv6', 'fd00::7/128', ['fd00::7']],
])('the addresses of a network are those of its hosts: %s', async (_what, cidr, expected) => {
  await network(cidr);
  const found: (string | undefined)[] = [];
  for (let index = 0; index <= expected.length; index++) found.push(await join(await peer(`peer-${index}`)));
  expect(found.pop()).toBeUndefined();
  expect(found.sort()).toEqual(expected);
});

test.each([
  ['10.0.0.0/8', /^10\.0\.0\.\d+$/],
  ['fd00::/8', /^fd00::[0-9a-f]+$/],
  ['fd00:0:0:1::/64', /^fd00:0:0:1::[0-9a-f]+$/],
])('a large network gives one of its first addresses: %s', async (cidr, address) => {
  await network(cidr);
  expect(await join(await peer('a'))).toMatch(address);
});

test('an address rests after its peer, and then is given again', async () => {
  await network('10.20.0.0/30');
  const first = await peer('a');
  const address = await join(first);
  await join(await peer('b'));
  const waiting = await peer('c');
  expect(await observeAddress(db, waiting, undefined)).toEqual({ state: 'full' });
  await release(first);
  expect(await observeAddress(db, waiting, undefined)).toEqual({ state: 'full' });
  await expect(give(waiting, address ?? '')).rejects.toThrow(AddressTakenError);
  await restIsOver();
  expect(await join(waiting)).toBe(address);
});

test.each([
  ['it is free', '10.20.0.200', '10.20.0.200'],
  ['nobody had one', undefined, undefined],
  ['it is outside of the network', '10.30.0.1', undefined],
  ['it is the address of the network', '10.20.0.0', undefined],
  ['it is of another family', 'fd00::1', undefined],
  ['it is no address', 'elsewhere', undefined],
])('a peer whose address was lost gets the same again if it can: %s', async (_why, before, expected) => {
  await network('10.20.0.0/24');
  const address = await join(await peer('a'), before);
  if (expected === undefined) expect(address).toMatch(/^10\.20\.0\.[1-9]\d?$/);
  else expect(address).toBe(expected);
});

test('a lost address that somebody else has by now is not taken back', async () => {
  await network('10.20.0.0/24');
  await give(await peer('a'), '10.20.0.200');
  expect(await join(await peer('b'), '10.20.0.200')).not.toBe('10.20.0.200');
});

test('a peer without a network is told', async () => {
  expect(await observeAddress(db, await peer('a'), undefined)).toEqual({ state: 'no-network' });
});
