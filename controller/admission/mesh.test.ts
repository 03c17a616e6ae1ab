// What the mesh refuses, in a plan and in writes that come at once on a real Postgres.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Owner } from '../../crds/api.ts';
import { type Finding, LatticeError } from '../../crds/findings.ts';
import type { PlannedChange } from '../../crds/plan.ts';
import type { Database } from '../../store/database.ts';
import { insertObject, markDeleted, replaceDeclared } from '../../store/object-writes.ts';
import { findObject, type StoredObject } from '../../store/objects.ts';
import { startTestDatabase, type TestDatabase } from '../../store/testing/database.ts';
import { admit } from './admit.ts';
import { type Caller, verbs } from './caller.ts';
import { overlayOn } from './overlay.ts';
import { storeWorld } from './world.ts';

let pg: TestDatabase;
let db: Database;

const owner: Owner = { manager: 'git', instance: 'main', ref: '' };
const caller: Caller = { name: 'ci', orgs: 'all', verbs, owner };

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterAll(() => pg.stop());

beforeEach(async () => {
  await pg.sql('TRUNCATE objects, object_references, work');
  for (const org of ['acme', 'globex']) await write({ kind: 'Org', metadata: { name: org } });
});

const network = (name: string, cidr: string, org = 'acme') => ({
  kind: 'MeshNetwork',
  metadata: { org, name },
  spec: { cidr },
});
const peer = (name: string, spec: object = {}) => ({
  kind: 'MeshPeer',
  metadata: { org: 'acme', name },
  spec: { network: 'home', ...spec },
});

/** Admission and the write behind it in one transaction, as the API does it. */
async function write(manifest: Record<string, unknown>): Promise<StoredObject> {
  return await db.transaction(async (tx) => {
    const admission = await admit(storeWorld(tx, 'share'), caller, { action: 'apply', manifest });
    const [first] = admission.findings;
    if (first !== undefined) throw new LatticeError(first.code, first.message, admission.findings);
    if (admission.manifest === undefined) throw new Error('nothing to write');
    const before = admission.before?.stored;
    const object =
      before === undefined
        ? await insertObject(tx, { manifest: admission.manifest, owner, idempotencyKey: undefined })
        : await replaceDeclared(tx, before, admission.manifest, true);
    if (object === undefined) throw new Error('it exists');
    return object;
  });
}

const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, pointer }) => `${code} ${pointer}`);

async function refusal(write: Promise<unknown>): Promise<LatticeError> {
  const error = await write.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof LatticeError)) throw new Error(`not refused, but ${String(error)}`);
  return error;
}

const keyOf = (letter: string): string => `${letter.repeat(42)}A=`;

describe('networks', () => {
  test.each([
    ['the same range', '10.20.0.0/24'],
    ['a range within', '10.20.0.128/25'],
    ['a range around', '10.0.0.0/8'],
  ])('of one org may not overlap: %s', async (_why, cidr) => {
    await write(network('home', '10.20.0.0/24'));
    const { code, findings, message } = await refusal(write(network('other', cidr)));
    expect(code).toBe('RangeOverlap');
    expect(told(findings)).toEqual(['RangeOverlap /spec/cidr']);
    expect(message).toContain('10.20.0.0/24 of meshnetwork acme/home');
  });

  test('side by side, of another family or of another org are fine', async () => {
    await write(network('home', '10.20.0.0/24'));
    await write(network('next', '10.20.1.0/24'));
    await write(network('six', 'fd00::/64'));
    await write(network('home', '10.20.0.0/24', 'globex'));
  });

  test.each([
    '0.0.0.0/0',
    '::/0',
    '0.0.0.0/1',
    '128.0.0.0/1',
    '127.0.0.0/8',
    '127.1.0.0/16',
    '169.254.7.0/24',
    '224.0.0.0/4',
    '240.0.0.0/8',
    '::1/128',
    '::/64',
    'fe80::/64',
    'ff02::/16',
    '8000::/1',
  ])('of no use are refused: %s', async (cidr) => {
    const { findings } = await refusal(write(network('home', cidr)));
    expect(told(findings)).toEqual(['InvalidValue /spec/cidr']);
    expect(findings[0]?.message).toContain('no peer can be reached there');
  });

  test.each([
    ['host bits', '10.20.0.7/24', '"10.20.0.0/24"'],
    ['IPv4-mapped IPv6', '::ffff:10.20.0.0/120', 'is not a range'],
    ['IPv4-mapped IPv6 in hexadecimal', '::ffff:a14:0/120', 'is not a range'],
    ['capital letters', 'FD00::/64', '"fd00::/64"'],
    ['a short form', '10.20/16', 'is not a range'],
    ['an octal part', '010.20.0.0/24', 'is not a range'],
    ['no length', '10.20.0.0', 'is not a range'],
    ['too long a length', '10.20.0.0/33', 'is not a range'],
  ])('are written in one way only: %s', async (_why, cidr, says) => {
    const { findings } = await refusal(write(network('home', cidr)));
    expect(told(findings)).toEqual(['InvalidValue /spec/cidr']);
    expect(findings[0]?.message).toContain(says);
  });

  test('that overlap and come at once: one is taken', async () => {
    const writes = Array.from({ length: 8 }, (_, index) => write(network(`net-${index}`, '10.20.0.0/24')));
    const ends = await Promise.allSettled(writes);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const end of ends)
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'RangeOverlap' });
  });
});

describe('peers', () => {
  beforeEach(async () => {
    await write(network('home', '10.20.0.0/24'));
    await write(peer('gate', { publicKey: keyOf('g'), routes: ['192.168.0.0/16', 'fd01::/48'] }));
  });

  test.each([
    ["the network's range", '10.20.0.0/24', 'meshnetwork acme/home'],
    ["a range around the network's", '10.0.0.0/8', 'meshnetwork acme/home'],
    ['an address that a peer of the network has or may get', '10.20.0.7/32', 'meshnetwork acme/home'],
    ["another peer's route", '192.168.0.0/16', 'the route 192.168.0.0/16 of meshpeer acme/gate'],
    ["a host within another's route", '192.168.3.4/32', 'the route 192.168.0.0/16 of meshpeer acme/gate'],
    [
      "a range within another's route in IPv6",
      'fd01:0:0:7::/64',
      'the route fd01::/48 of meshpeer acme/gate',
    ],
  ])('may not route %s', async (_what, route, says) => {
    const { findings } = await refusal(write(peer('laptop', { routes: ['172.16.0.0/16', route] })));
    expect(told(findings)).toEqual(['RangeOverlap /spec/routes/1']);
    expect(findings[0]?.message).toContain(says);
  });

  test.each(['0.0.0.0/1', '127.0.0.1/32', '169.254.169.254/32', 'fe80::/10', 'ff00::/8'])(
    'may not route what is of no use: %s',
    async (route) => {
      const { findings } = await refusal(write(peer('laptop', { routes: [route] })));
      expect(told(findings)).toContain('InvalidValue /spec/routes/0');
    },
  );

  test.each(['0.0.0.0/0', '::/0'])('may not route everything: %s', async (route) => {
    const { findings } = await refusal(write(peer('laptop', { routes: [route] })));
    expect(told(findings)).toContain('InvalidValue /spec/routes/0');
  });

  test('may not share a public key, and the other is named', async () => {
    const { findings, message } = await refusal(write(peer('laptop', { publicKey: keyOf('g') })));
    expect(told(findings)).toEqual(['DuplicateKey /spec/publicKey']);
    expect(message).toContain('meshpeer acme/gate has this public key');
  });

  test('may be written again as they are, and changed', async () => {
    await write(peer('gate', { publicKey: keyOf('g'), routes: ['192.168.0.0/16', 'fd01::/48'] }));
    const changed = peer('gate', { publicKey: keyOf('g'), routes: ['192.168.0.0/17'] });
    expect((await write(changed)).generation).toBe(3);
  });

  test('of another network may have the same routes and key', async () => {
    await write(network('away', '10.30.0.0/24'));
    await write(peer('gate-2', { network: 'away', publicKey: keyOf('g'), routes: ['192.168.0.0/16'] }));
  });

  test('hold their routes and key until they are gone', async () => {
    await db.transaction(async (tx) => {
      const gate = await findObject(tx, { kind: 'MeshPeer', org: 'acme', name: 'gate' });
      await markDeleted(tx, gate?.uid ?? '');
    });
    const { message } = await refusal(write(peer('laptop', { publicKey: keyOf('g') })));
    expect(message).toContain('which is being deleted');
  });

  test.each([
    ['key', { publicKey: keyOf('k') }, 'DuplicateKey'],
    ['routes', { routes: ['172.16.0.0/12'] }, 'RangeOverlap'],
  ])('with one %s that come at once: one is taken', async (_what, spec, code) => {
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => write(peer(`peer-${index}`, spec))),
    );
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ code });
  });

  test('that are changed at once to one key: one is taken', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `peer-${index}`);
    await Promise.all(names.map((name) => write(peer(name))));
    const ends = await Promise.allSettled(names.map((name) => write(peer(name, { publicKey: keyOf('k') }))));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('in a plan', () => {
  const apply = (manifest: Record<string, unknown>, unknown: string[] = []): PlannedChange => ({
    action: 'apply',
    manifest,
    unknown,
  });
  /** What is found of each change in turn, each seeing those before it. */
  const planned = (changes: PlannedChange[]): Promise<string[][]> =>
    db.transaction(
      async (tx) => {
        const world = overlayOn(storeWorld(tx));
        const found: string[][] = [];
        for (const change of changes) {
          const { key, manifest, findings } = await admit(world, caller, change);
          found.push(told(findings));
          if (manifest === undefined) world.remove(key);
          else world.put({ ...key, spec: manifest.spec, labels: {}, deleting: false });
        }
        return found;
      },
      { readOnly: true },
    );

  test('what is planned before counts', async () => {
    expect(
      await planned([
        apply(network('home', '10.20.0.0/24')),
        apply(network('other', '10.20.0.0/25')),
        apply(peer('a', { publicKey: keyOf('k'), routes: ['192.168.0.0/24'] })),
        apply(peer('b', { publicKey: keyOf('k'), routes: ['192.168.0.1/32', '10.20.0.9/32'] })),
      ]),
    ).toEqual([
      [],
      ['RangeOverlap /spec/cidr'],
      [],
      ['RangeOverlap /spec/routes/1', 'RangeOverlap /spec/routes/0', 'DuplicateKey /spec/publicKey'],
    ]);
  });

  test('what is planned to go does not count', async () => {
    await write(network('home', '10.20.0.0/24'));
    const gone: PlannedChange = { action: 'delete', manifest: network('home', '10.20.0.0/24') };
    expect(await planned([gone, apply(network('other', '10.20.0.0/24'))])).toEqual([[], []]);
  });

  test('what is known of a peer is judged while the rest is unknown', async () => {
    await write(network('home', '10.20.0.0/24'));
    const unknownKey = peer('a', { publicKey: 'unknown', routes: ['10.20.0.0/28'] });
    expect(await planned([apply(unknownKey, ['/spec/publicKey'])])).toEqual([
      ['RangeOverlap /spec/routes/0'],
    ]);
  });

  test('a network that is planned after its peers may not hold their routes', async () => {
    expect(
      await planned([apply(peer('a', { routes: ['10.20.0.0/28'] })), apply(network('home', '10.20.0.0/24'))]),
    ).toEqual([['ReferenceNotFound /spec/network'], ['RangeOverlap /spec/cidr']]);
  });
});
