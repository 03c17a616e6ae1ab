import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { eventually } from '../servers/testing.ts';
import type { Database } from './database.ts';
import { heldCondition, holdLease, type Lease, processHolder } from './leases.ts';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';

let pg: TestDatabase;
let db: Database;
const held: Lease[] = [];

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterEach(async () => {
  await Promise.all(held.splice(0).map((lease) => lease.stop()));
});

afterAll(() => pg.stop());

interface Contender {
  readonly lease: Lease;
  readonly won: number[];
  /** Its first try has been answered. */
  readonly tried: Promise<void>;
}

function contend(name: string, holder: string): Contender {
  const { promise: tried, resolve } = Promise.withResolvers<void>();
  const won: number[] = [];
  const watched: Database = {
    ...db,
    rows: async (schema, text, values) => {
      const found = await db.rows(schema, text, values);
      // After whoever asked has noted the answer.
      setImmediate(resolve);
      return found;
    },
  };
  const lease = holdLease(watched, name, holder, () => won.push(lease.fence() ?? -1));
  held.push(lease);
  return { lease, won, tried };
}

const row = async (name: string) =>
  (await pg.sql('SELECT holder, fence::int AS fence FROM leases WHERE name = $1', [name]))[0];

test('of many contenders exactly one holds the lease, and the row says who', async () => {
  const contenders = Array.from({ length: 8 }, (_each, index) => contend('one', `h${index}`));
  await Promise.all(contenders.map(({ tried }) => tried));
  const holders = contenders.flatMap(({ lease }, index) =>
    lease.fence() === undefined ? [] : [{ holder: `h${index}`, fence: lease.fence() }],
  );
  expect(holders).toHaveLength(1);
  expect(await row('one')).toEqual(holders[0]);
  expect(contenders.map(({ won }) => won.length).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
});

test('a lease that ran out is taken over with a higher fence, and the old holder learns it', async () => {
  const frozen = contend('expiring', 'frozen');
  await frozen.tried;
  const before = frozen.lease.fence() ?? Number.NaN;
  await pg.sql(`UPDATE leases SET lease_until = now() - interval '1 second' WHERE name = 'expiring'`);
  const next = contend('expiring', 'next');
  await next.tried;
  expect(next.lease.fence()).toBeGreaterThan(before);
  await eventually('the old holder has noticed', () => frozen.lease.fence() === undefined);
  expect(await row('expiring')).toEqual({ holder: 'next', fence: next.lease.fence() });
});

test('a holder whose lease ran out and was not taken gets it again, with a new fence', async () => {
  await pg.sql(`INSERT INTO leases VALUES ('own', 'me', now() - interval '1 second', nextval('fences'))`);
  const before = await row('own');
  const again = contend('own', 'me');
  await again.tried;
  expect(again.lease.fence()).toBeGreaterThan(Number(before?.fence));
});

test('a holder that renews in time keeps its fence, and is told of its win once', async () => {
  const first = contend('kept', 'me');
  await first.tried;
  const fence = first.lease.fence();
  await pg.sql(`UPDATE leases SET lease_until = now() + interval '1 hour' WHERE name = 'kept'`);
  await eventually('it has renewed', async () => {
    const [left] = await pg.sql(
      `SELECT lease_until < now() + interval '1 minute' AS renewed FROM leases WHERE name = 'kept'`,
    );
    return left?.renewed === true;
  });
  expect(first.lease.fence()).toBe(fence);
  expect(first.won).toEqual([fence]);
});

test('a lease that is given up is free at once, and the next fence is higher', async () => {
  const first = contend('given', 'first');
  await first.tried;
  const before = first.lease.fence() ?? Number.NaN;
  await first.lease.stop();
  expect(first.lease.fence()).toBeUndefined();
  expect(await row('given')).toBeUndefined();
  const second = contend('given', 'second');
  await second.tried;
  expect(second.lease.fence()).toBeGreaterThan(before);
});

test('who does not hold the lease takes nothing away by stopping', async () => {
  const holder = contend('others', 'holder');
  await holder.tried;
  const other = contend('others', 'other');
  await other.tried;
  await other.lease.stop();
  expect(await row('others')).toEqual({ holder: 'holder', fence: holder.lease.fence() });
});

test('leases of different names are held apart', async () => {
  const [left, right] = [contend('left', 'a'), contend('right', 'b')];
  await Promise.all([left.tried, right.tried]);
  const [leftFence, rightFence] = [left.lease.fence(), right.lease.fence()];
  expect(await row('left')).toEqual({ holder: 'a', fence: leftFence });
  expect(await row('right')).toEqual({ holder: 'b', fence: rightFence });
  expect(leftFence).not.toBe(rightFence);
});

test('no two processes, and no two lives of one, have the same name', () => {
  expect(processHolder()).not.toBe(processHolder());
  expect(processHolder()).toContain(`/${process.pid}/`);
});

test('the condition of a lease is true for its holder alone, and not for the fence before', async () => {
  const lease = holdLease(db, "o'clock", 'one', () => {});
  await eventually('it is held', () => lease.fence() !== undefined);
  const fence = lease.fence() ?? 0;
  const holds = async (name: string, of: number): Promise<boolean | undefined> =>
    (await db.rows(z.object({ held: z.boolean() }), `SELECT ${heldCondition(name, of)} AS held`))[0]?.held;
  expect(await holds("o'clock", fence)).toBe(true);
  expect(await holds("o'clock", fence - 1)).toBe(false);
  expect(await holds('other', fence)).toBe(false);
  await lease.stop();
  expect(await holds("o'clock", fence)).toBe(false);
});
