import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../servers/testing.ts';
import type { Database } from '../store/database.ts';
import { startTestDatabase, type TestDatabase } from '../store/testing/database.ts';
import { appendEvent } from './append.ts';
import { linkWaiter } from './linked.ts';
import { readLinks } from './read.ts';
import { type Sealer, startSealer } from './sealer.ts';
import { verifyChain } from './verify.ts';

let pg: TestDatabase;
let db: Database;
const sealers: Sealer[] = [];
const errors: unknown[] = [];

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterEach(async () => {
  await Promise.all(sealers.splice(0).map((sealer) => sealer.stop()));
  expect(errors).toEqual([]);
});

afterAll(() => pg.stop());

function seal(holder: string): Sealer {
  const sealer = startSealer({ db, holder, onError: (error) => errors.push(error) });
  sealers.push(sealer);
  return sealer;
}

const event = (name: string) => ({
  actor: { type: 'token', id: 'ci' } as const,
  source: 'http',
  owner: null,
  kind: 'Budget',
  org: 'acme',
  name,
  uid: null,
  generation: 1,
  action: 'create' as const,
  phase: 'outcome' as const,
  changed: [],
  outcome: 'ok' as const,
  reason: '',
  message: '',
});

const append = (chain: string, name = 'x') => db.transaction((tx) => appendEvent(tx, chain, event(name)));
const pending = async () => (await pg.sql('SELECT event_id FROM audit_pending')).length;
const verdict = async (chain: string) => await verifyChain(chain, await readLinks(db, chain, 0, 10_000));
const namesIn = async (chain: string): Promise<string[]> =>
  (await readLinks(db, chain, 0, 10_000)).map((link) => (JSON.parse(link.event) as { name: string }).name);

test('what 16 writers append to 4 chains at once is linked without a gap or a fork, while two sealers compete', async () => {
  const chains = ['w0', 'w1', 'w2', 'w3'];
  const [first, second] = [seal('first'), seal('second')];
  await Promise.all(
    Array.from({ length: 16 }, async (_each, writer) => {
      for (let turn = 0; turn < 25; turn++) {
        const chain = chains[(writer + turn) % chains.length] ?? '';
        await append(chain, `${writer}-${turn}`);
        first.wake();
        second.wake();
      }
    }),
  );
  await eventually('all is linked', async () => (await pending()) === 0);
  const verdicts = await Promise.all(chains.map(verdict));
  expect(verdicts.map(({ length, breaks }) => ({ length, breaks }))).toEqual(
    chains.map(() => ({ length: 100, breaks: [] })),
  );
  const names = (await Promise.all(chains.map(namesIn))).flat();
  expect(new Set(names).size).toBe(400);
});

test('the events of one writer stand in a chain in the order in which he wrote them', async () => {
  for (let turn = 0; turn < 20; turn++) await append('ordered', String(turn));
  seal('me');
  await eventually('all is linked', async () => (await pending()) === 0);
  expect(await namesIn('ordered')).toEqual(Array.from({ length: 20 }, (_each, turn) => String(turn)));
});

test('an event whose transaction commits late is linked behind those that came first', async () => {
  const sealer = seal('me');
  const late = await db.transaction(async (tx) => {
    const id = await appendEvent(tx, 'late', event('late'));
    const early = await append('late', 'early');
    expect(early).toBeGreaterThan(id);
    await linkWaiter(db).linked(early, AbortSignal.timeout(30_000));
    return id;
  });
  sealer.wake();
  await linkWaiter(db).linked(late, AbortSignal.timeout(30_000));
  expect(await namesIn('late')).toEqual(['early', 'late']);
  expect((await verdict('late')).breaks).toEqual([]);
});

const sealAt = (fence: number, most = 100) => db.run('SELECT audit_seal($1, $2)', [fence, most]);
const lease = (fence: number, until: string) =>
  pg.sql(
    `INSERT INTO leases VALUES ('sealer', 'test', now() + $2::interval, $1)
     ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until, fence = excluded.fence`,
    [fence, until],
  );

test.each([
  { why: 'a fence that was passed by', fence: 4, until: '1 hour' },
  { why: 'a fence that nobody has been given', fence: 6, until: '1 hour' },
  { why: 'its own fence after the lease ran out', fence: 5, until: '-1 second' },
])('a sealer is refused with $why, and links nothing', async ({ fence, until }) => {
  const chain = `refused-${fence}`;
  await append(chain);
  await lease(5, until);
  await expect(sealAt(fence)).rejects.toMatchObject({ code: 'LT001' });
  expect(await readLinks(db, chain, 0, 10)).toEqual([]);
  await lease(5, '1 hour');
  await sealAt(5);
  expect(await verdict(chain)).toMatchObject({ length: 1, breaks: [] });
  await pg.sql(`DELETE FROM leases WHERE name = 'sealer'`);
});

test('many seals at once under one fence make no fork', async () => {
  await lease(5, '1 hour');
  for (let turn = 0; turn < 40; turn++) await append('crowd', String(turn));
  await Promise.all(Array.from({ length: 8 }, () => sealAt(5, 7)));
  await sealAt(5);
  expect(await verdict('crowd')).toMatchObject({ length: 40, breaks: [] });
  await pg.sql(`DELETE FROM leases WHERE name = 'sealer'`);
});

test('a sealer that is stopped has linked what was appended before, also while it was busy', async () => {
  const sealer = seal('me');
  await append('stopping', 'first');
  await eventually('the first is linked', async () => (await pending()) === 0);
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const { promise: blocked, resolve: block } = Promise.withResolvers<void>();
  // The sealer has its list of events in hand, and has to wait before it can link the first.
  const blocking = pg.open('owner').transaction(async (tx) => {
    await tx.run(`LOCK TABLE audit_link IN SHARE MODE`);
    block();
    await mayEnd;
  });
  await blocked;
  await append('stopping', 'second');
  sealer.wake();
  await eventually('the sealer waits', async () => {
    const [waiting] = await pg.sql(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%audit_seal%' AND wait_event_type = 'Lock'`,
    );
    return waiting?.n === 1;
  });
  await append('stopping', 'third');
  sealer.wake();
  const stopped = sealer.stop();
  end();
  await Promise.all([blocking, stopped]);
  expect(await namesIn('stopping')).toEqual(['first', 'second', 'third']);
  expect(await pending()).toBe(0);
});

test('a sealer that is stopped gives its lease up', async () => {
  const sealer = seal('me');
  await append('given-up');
  await eventually('it is linked', async () => (await pending()) === 0);
  await sealer.stop();
  expect(await pg.sql(`SELECT * FROM leases WHERE name = 'sealer'`)).toEqual([]);
});

test('waiting for a link ends with the link, or when the waiter gives up', async () => {
  const id = await append('waited');
  const waiter = linkWaiter(db);
  const giveUp = new AbortController();
  const given = waiter.linked(id, giveUp.signal);
  giveUp.abort(new Error('gave up'));
  waiter.wake();
  await expect(given).rejects.toThrow('gave up');
  const linked = waiter.linked(id, AbortSignal.timeout(30_000));
  seal('me');
  await linked;
  expect(await pg.sql('SELECT 1 FROM audit_link WHERE event_id = $1', [id])).toHaveLength(1);
});
