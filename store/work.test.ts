import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from './database.ts';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';
import {
  assertLease,
  endWork,
  LEASE_MS,
  LostLeaseError,
  nextDue,
  renewWork,
  requestSweepWork,
  requestWork,
  takeWork,
  type WorkItem,
  workDepth,
  yieldWork,
} from './work.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterAll(() => pg.stop());

beforeEach(() => pg.sql('TRUNCATE work'));

const uuids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

async function takeOne(holder = 'me'): Promise<WorkItem> {
  const [item, ...more] = await takeWork(db, holder, 1);
  if (item === undefined || more.length > 0)
    throw new Error(`took ${more.length + (item ? 1 : 0)} objects, not 1`);
  return item;
}

/** The lease's end lies behind us, as after a holder froze. */
const expireLeases = () => pg.sql(`UPDATE work SET lease_until = now() - interval '1 millisecond'`);
const rows = () => pg.sql('SELECT *, due_at <= now() AS due FROM work ORDER BY object_uid');

test('many takers at once take each object once, and none is left', async () => {
  const uids = uuids(300);
  await requestSweepWork(db, uids);
  const taken = await Promise.all(
    Array.from({ length: 12 }, async (_each, taker) => {
      const mine: WorkItem[] = [];
      for (
        let items = await takeWork(db, `t${taker}`, 7);
        items.length > 0;
        items = await takeWork(db, `t${taker}`, 7)
      ) {
        expect(items.length).toBeLessThanOrEqual(7);
        mine.push(...items);
      }
      return mine;
    }),
  );
  expect(
    taken
      .flat()
      .map(({ uid }) => uid)
      .sort(),
  ).toEqual(uids.toSorted());
  const fences = taken.flat().map(({ fence }) => fence);
  expect(new Set(fences).size).toBe(fences.length);
});

test.each([1, 2, 5, 50, 2000])('of %i due objects no more are taken than asked for', async (count) => {
  await requestSweepWork(db, uuids(count));
  for (const analyzed of [false, true]) {
    if (analyzed) await pg.sql('ANALYZE work');
    await pg.sql('UPDATE work SET lease_until = NULL');
    expect(await takeWork(db, 'me', 3)).toHaveLength(Math.min(3, count));
  }
});

test('what is not due yet is not taken', async () => {
  const [uid = ''] = uuids(1);
  await db.transaction((tx) => requestWork(tx, uid));
  await db.transaction(async (tx) =>
    endWork(tx, [{ item: await takeOne(), again: { afterMs: 60_000, attempts: 1 } }]),
  );
  expect(await takeWork(db, 'me', 10)).toEqual([]);
  expect(await nextDue(db)).toBeGreaterThan(50_000);
});

test("a user's change goes before what a sweep found, however long that waits", async () => {
  const [found = '', changed = '', older = ''] = uuids(3);
  await requestSweepWork(db, [found]);
  await pg.sql(`UPDATE work SET due_at = now() - interval '1 hour'`);
  await db.transaction((tx) => requestWork(tx, changed));
  await db.transaction((tx) => requestWork(tx, older));
  await pg.sql(`UPDATE work SET due_at = now() - interval '1 minute' WHERE object_uid = $1`, [older]);
  const order = [await takeOne(), await takeOne(), await takeOne()];
  expect(order.map(({ uid }) => uid)).toEqual([older, changed, found]);
});

test('a change of an object that a sweep found puts it in front', async () => {
  const [first = '', second = ''] = uuids(2);
  await requestSweepWork(db, [first]);
  await pg.sql(`UPDATE work SET due_at = now() - interval '1 hour'`);
  await requestSweepWork(db, [second]);
  await db.transaction((tx) => requestWork(tx, second));
  expect((await takeOne()).uid).toBe(second);
});

test('a completed object leaves the queue', async () => {
  await db.transaction((tx) => requestWork(tx, randomUUID()));
  await db.transaction(async (tx) => endWork(tx, [{ item: await takeOne() }]));
  expect(await rows()).toEqual([]);
  expect(await nextDue(db)).toBeUndefined();
});

test('a request during a pass makes the object due again when the pass ends, however it ends', async () => {
  const [uid = ''] = uuids(1);
  const endings = [
    (item: WorkItem) => db.transaction((tx) => endWork(tx, [{ item: item }])),
    (item: WorkItem) =>
      db.transaction((tx) => endWork(tx, [{ item: item, again: { afterMs: 60_000, attempts: 7 } }])),
  ];
  await db.transaction((tx) => requestWork(tx, uid));
  for (const end of endings) {
    const item = await takeOne();
    await db.transaction((tx) => requestWork(tx, uid));
    expect(await takeWork(db, 'other', 1)).toEqual([]);
    await end(item);
    expect(await rows()).toMatchObject([{ object_uid: uid, due: true, attempts: 0, lease_owner: null }]);
  }
});

test('a request for an object that backs off makes it due at once and forgets its failures', async () => {
  const [uid = ''] = uuids(1);
  await db.transaction((tx) => requestWork(tx, uid));
  await db.transaction(async (tx) =>
    endWork(tx, [{ item: await takeOne(), again: { afterMs: 60_000, attempts: 5 } }]),
  );
  await db.transaction((tx) => requestWork(tx, uid));
  expect(await takeOne()).toMatchObject({ uid, attempts: 0 });
});

test('a sweep leaves an object that backs off, or is being worked on, as it is', async () => {
  const [waiting = '', leased = '', fresh = ''] = uuids(3);
  await db.transaction((tx) => requestWork(tx, waiting));
  await db.transaction(async (tx) =>
    endWork(tx, [{ item: await takeOne(), again: { afterMs: 60_000, attempts: 5 } }]),
  );
  await db.transaction((tx) => requestWork(tx, leased));
  const item = await takeOne();
  const before = await rows();
  await requestSweepWork(db, [waiting, leased]);
  expect(await rows()).toEqual(before);
  await requestSweepWork(db, [fresh, waiting, fresh]);
  expect((await takeOne()).uid).toBe(fresh);
  await db.transaction((tx) => endWork(tx, [{ item: item }]));
  expect((await rows()).map((row) => row.object_uid)).not.toContain(leased);
});

test('an expired lease is taken over with a higher fence, and a live one is not', async () => {
  await db.transaction((tx) => requestWork(tx, randomUUID()));
  const first = await takeOne('frozen');
  expect(await takeWork(db, 'next', 1)).toEqual([]);
  await expireLeases();
  const second = await takeOne('next');
  expect(second.uid).toBe(first.uid);
  expect(second.fence).toBeGreaterThan(first.fence);
});

test('who lost the lease changes nothing by completing, postponing, renewing or writing', async () => {
  const [uid = ''] = uuids(1);
  await db.transaction((tx) => requestWork(tx, uid));
  const lost = await takeOne('frozen');
  await expireLeases();
  const held = await takeOne('next');
  const before = await rows();
  await db.transaction((tx) => endWork(tx, [{ item: lost }]));
  await db.transaction((tx) => endWork(tx, [{ item: lost, again: { afterMs: 60_000, attempts: 9 } }]));
  expect(await renewWork(db, [lost])).toEqual(new Set());
  await expect(db.transaction((tx) => assertLease(tx, lost))).rejects.toThrow(LostLeaseError);
  expect(await rows()).toEqual(before);
  await db.transaction((tx) => assertLease(tx, held));
});

test('a lease that ran out cannot be asserted, even when nobody has taken it over', async () => {
  await db.transaction((tx) => requestWork(tx, randomUUID()));
  const item = await takeOne();
  await db.transaction((tx) => assertLease(tx, item));
  await expireLeases();
  await expect(db.transaction((tx) => assertLease(tx, item))).rejects.toThrow(
    `the lease of object ${item.uid} with fence ${item.fence} is lost`,
  );
});

test('an asserted lease cannot be taken over before the transaction ends', async () => {
  await db.transaction((tx) => requestWork(tx, randomUUID()));
  const item = await takeOne();
  await db.transaction(async (tx) => {
    await assertLease(tx, item);
    await tx.run(`UPDATE work SET lease_until = now() - interval '1 second'`);
    expect(await takeWork(db, 'other', 1)).toEqual([]);
  });
  expect(await takeOne('other')).toMatchObject({ uid: item.uid });
});

test('renewing tells which leases are still held and gives them their full time', async () => {
  await requestSweepWork(db, uuids(2));
  const [kept, given] = await takeWork(db, 'me', 2);
  if (kept === undefined || given === undefined) throw new Error('two objects were due');
  await db.transaction((tx) => endWork(tx, [{ item: given }]));
  await pg.sql(`UPDATE work SET lease_until = now() + interval '1 second'`);
  expect(await renewWork(db, [kept, given])).toEqual(new Set([kept.uid]));
  const [left] = await pg.sql(
    "SELECT lease_until > now() + $1 * interval '1 millisecond' AS full FROM work",
    [LEASE_MS / 2],
  );
  expect(left).toEqual({ full: true });
});

test('the next time to look is when the first object is due, or its lease ends', async () => {
  const [waiting = '', leased = ''] = uuids(2);
  await db.transaction((tx) => requestWork(tx, waiting));
  await db.transaction(async (tx) =>
    endWork(tx, [{ item: await takeOne(), again: { afterMs: 3_600_000, attempts: 1 } }]),
  );
  expect(await nextDue(db)).toBeGreaterThan(3_000_000);
  await db.transaction((tx) => requestWork(tx, leased));
  expect(await nextDue(db)).toBe(0);
  await takeOne();
  const wait = await nextDue(db);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(LEASE_MS);
  await expireLeases();
  expect(await nextDue(db)).toBe(0);
});

test('the depth of the queue tells due, leased and waiting apart', async () => {
  await requestSweepWork(db, uuids(5));
  await takeWork(db, 'me', 2);
  await db.transaction(async (tx) =>
    endWork(tx, [{ item: await takeOne(), again: { afterMs: 60_000, attempts: 1 } }]),
  );
  expect(await workDepth(db)).toEqual({ due: 2, leased: 2, waiting: 1 });
});

test('a request that is rolled back leaves no work', async () => {
  const failing = db.transaction(async (tx) => {
    await requestWork(tx, randomUUID());
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await rows()).toEqual([]);
});

test('a lease that is given back is due after its wait, with one more attempt, and only where it still holds', async () => {
  const uids = uuids(2).sort();
  await requestSweepWork(db, uids);
  const [mine, lost] = (await takeWork(db, 'me', 2)).sort((a, b) => (a.uid < b.uid ? -1 : 1));
  if (mine === undefined || lost === undefined) throw new Error('two objects were due');
  await yieldWork(db, [mine, { ...lost, fence: lost.fence - 1_000 }], () => 3_600_000);
  expect(await rows()).toMatchObject([
    { object_uid: mine.uid, lease_owner: null, due: false, attempts: 1 },
    { object_uid: lost.uid, lease_owner: 'me', due: true, attempts: 0 },
  ]);
});
