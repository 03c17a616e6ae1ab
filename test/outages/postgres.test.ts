// Postgres goes away, cuts its connections, runs out of room, gives transactions up: what was promised is kept, what was not
// done is said to be for later, and the controller goes on by itself.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { objectSchema } from '../../crds/api.ts';
import { sqlState } from '../../store/database.ts';
import { type Answer, problemOf } from '../support/api.ts';
import { lattice } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { smallDisk } from './disk.ts';
import { type Load, startLoad } from './load.ts';
import { type Stand, startStand } from './stand.ts';

const ORG = 'acme';
const BUDGETS = `/v1/orgs/${ORG}/budgets`;
const LATER = '503 DependencyUnavailable 1';
const NOT_KNOWN = '504 OutcomeUnknown 1';

let stand: Stand;

beforeAll(async () => {
  stand = await startStand();
  await stand.api.create('/v1/orgs', { metadata: { name: ORG } });
  await stand.api.ready(`/v1/orgs/${ORG}`);
});

afterAll(async () => {
  await stand.close();
});

const settled = () =>
  eventually(
    'the queue is empty and every event is linked',
    () =>
      stand.world.sql('SELECT object_uid::text FROM work UNION ALL SELECT event_id::text FROM audit_pending'),
    (rows) => rows.length === 0,
  );

/** Everything that was promised is there, once, in effect and told on an unbroken chain. */
async function kept({ promised }: Load): Promise<void> {
  await settled();
  const rows = await stand.world.sql(
    `SELECT o.name, o.spec ->> 'limitMicroUsd' AS declared, t.limit_micro_usd AS stands, o.generation, t.generation AS written
     FROM objects o LEFT JOIN lattice_ai_budgets t USING (uid) WHERE o.kind = 'Budget' AND o.org = $1`,
    [ORG],
  );
  const byName = new Map(rows.map((row) => [row.name, row]));
  for (const [name, values] of promised) {
    const row = byName.get(name);
    if (row === undefined) expect([name, values]).toEqual([name, expect.arrayContaining([-1])]);
    else {
      expect([name, values]).toEqual([name, expect.arrayContaining([Number(row.declared)])]);
      expect([name, row.stands, row.written]).toEqual([name, row.declared, row.generation]);
    }
  }
  const told = await stand.world.sql(
    `SELECT e ->> 'name' AS name, count(*)::int AS n FROM (
       SELECT convert_from(bytes, 'UTF8')::jsonb AS e FROM audit_event) AS events
     WHERE e ->> 'action' = 'create' AND e ->> 'kind' = 'Budget' GROUP BY 1`,
  );
  expect(new Map(told.map(({ name, n }) => [name, n]))).toEqual(new Map(rows.map(({ name }) => [name, 1])));
}

const onlyFrom = (load: Load, allowed: readonly string[]): void => {
  expect([...load.refusals.keys()].filter((refusal) => !allowed.includes(refusal))).toEqual([]);
};

const more = (load: Load, count: number) => {
  const before = load.accepted();
  return eventually(
    `${count} more writes are accepted`,
    async () => load.accepted() - before,
    (accepted) => accepted >= count,
  );
};

test('Postgres is stopped and started under load: nothing that was promised is lost, and work goes on by itself', async () => {
  const load = startLoad(stand.api, BUDGETS, 4);
  await more(load, 20);
  await stand.postgres.stop();
  await eventually(
    'a write is put off',
    async () => load.refusals.get(LATER) ?? 0,
    (count) => count >= 4,
  );
  const ready = await stand.api.send('GET', '/readyz');
  expect([ready.status, JSON.parse(ready.text)]).toMatchObject([503, { postgres: 'does not answer' }]);
  expect((await stand.api.send('GET', '/healthz')).status).toBe(200);
  expect((await stand.api.send('GET', '/metrics')).status).toBe(200);
  await stand.postgres.start();
  await more(load, 20);
  await load.stop();
  onlyFrom(load, [LATER, NOT_KNOWN]);
  await kept(load);
  expect(stand.log()).toContain('waiting for Postgres');
  expect(stand.log()).toContain('a request was put off: Postgres');
  expect((await stand.api.send('GET', '/readyz')).status).toBe(200);
});

test('lattice apply waits for Postgres and succeeds', async () => {
  const manifest = { kind: 'Budget', metadata: { org: ORG, name: 'applied' }, spec: { limitMicroUsd: 3 } };
  await stand.postgres.stop();
  const applied = lattice(stand.world.state, ['apply', '-f', '-'], JSON.stringify(manifest));
  const puttingOff = () => (stand.log().match(/a request was put off/g) ?? []).length;
  const before = puttingOff();
  await eventually(
    'it was put off twice',
    async () => puttingOff() - before,
    (count) => count >= 2,
  );
  await stand.postgres.start();
  expect(await applied).toMatchObject({ code: 0, stdout: expect.stringContaining('1 to create') });
});

test('connections are cut one by one under load', async () => {
  const load = startLoad(stand.api, BUDGETS, 4);
  await more(load, 10);
  for (let round = 0; round < 25; round++) {
    await stand.world.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE usename LIKE 'lattice_dev_%' ORDER BY state = 'active' DESC, random() LIMIT 1`,
    );
    await more(load, 2);
  }
  await load.stop();
  onlyFrom(load, [LATER, NOT_KNOWN]);
  await kept(load);
});

test('a disk without room: writes are put off, reads go on, and all goes on when there is room', async () => {
  await using disk = await smallDisk(stand.world);
  await disk.fill();
  let attempt = 0;
  const refused = await eventually(
    'a write finds no room',
    () => stand.api.send('POST', BUDGETS, { metadata: { name: `full-${attempt++}` }, spec: {} }),
    ({ status }) => status !== 201,
  );
  expect([refused.status, refused.headers.get('retry-after'), problemOf(refused)]).toMatchObject([
    503,
    '1',
    { code: 'DependencyUnavailable', detail: 'Postgres has no room left on its disk' },
  ]);
  expect((await stand.api.send('GET', BUDGETS)).status).toBe(200);
  await disk.empty();
  await stand.api.create(BUDGETS, { metadata: { name: 'room' }, spec: {} });
  await stand.api.ready(`${BUDGETS}/room`);
  await settled();
});

/** A write that holds its budget and wants its org, and a session that holds the org and wants the budget. */
async function deadlock(client: pg.Client, uid: string, write: () => Promise<Answer>) {
  await client.query('BEGIN');
  await client.query(`SELECT FROM objects WHERE kind = 'Org' AND name = $1 FOR UPDATE`, [ORG]);
  const answer = write();
  await eventually(
    'the write waits for a lock',
    () => stand.world.sql(`SELECT FROM pg_locks WHERE NOT granted`),
    (rows) => rows.length > 0,
  );
  const locked = await client.query('SELECT FROM objects WHERE uid = $1 FOR UPDATE', [uid]).catch(sqlState);
  await client.query('ROLLBACK');
  return { answer: await answer, givenUp: locked === '40P01' ? 'session' : 'write' };
}

test('a deadlock with another session is begun again, and the write succeeds', async () => {
  const { metadata } = await stand.api.create(BUDGETS, { metadata: { name: 'locked' }, spec: {} });
  const before = await deadlocks();
  const client = new pg.Client({ connectionString: stand.world.state.databaseUrl });
  await client.connect();
  try {
    // Postgres gives up whoever looks for a deadlock when there is one. This session is patient, but where the machine is slow
    // the write has looked too early; then the two meet again.
    await client.query(`SET deadlock_timeout = '5s'`);
    let version = metadata.resourceVersion;
    for (let [limitMicroUsd, last] = [7, '']; last !== 'write'; limitMicroUsd++) {
      const { answer, givenUp } = await deadlock(client, metadata.uid, () =>
        stand.api.send(
          'PUT',
          `${BUDGETS}/locked`,
          { metadata: {}, spec: { limitMicroUsd } },
          { 'if-match': `"${version}"` },
        ),
      );
      expect(answer.status).toBe(200);
      version = objectSchema.parse(JSON.parse(answer.text)).metadata.resourceVersion;
      last = givenUp;
    }
  } finally {
    await client.end();
  }
  await eventually('Postgres has counted the deadlock', deadlocks, (count) => count > before);
  await stand.api.ready(`${BUDGETS}/locked`);
});

const deadlocks = async (): Promise<number> =>
  Number((await stand.world.sql(`SELECT sum(deadlocks)::int AS n FROM pg_stat_database`))[0]?.n);

test.each(['40001', '40P01'])(
  'a write that Postgres gives up with %s every time is put off',
  async (state) => {
    await stand.world.sql(`CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '${state}'; END $$`);
    await stand.world.sql(
      `CREATE TRIGGER give_up BEFORE INSERT ON objects FOR EACH ROW EXECUTE FUNCTION give_up()`,
    );
    const body = { metadata: { name: `contended-${state.toLowerCase()}` }, spec: {} };
    const refused = await stand.api.send('POST', BUDGETS, body);
    await stand.world.sql('DROP FUNCTION give_up CASCADE');
    expect([refused.status, problemOf(refused).code, refused.headers.get('retry-after')]).toEqual([
      503,
      'TooMuchContention',
      '1',
    ]);
    expect((await stand.api.send('POST', BUDGETS, body)).status).toBe(201);
  },
);

test('after all of it the ledger verifies', async () => {
  await settled();
  expect(await lattice(stand.world.state, ['audit', 'verify'])).toMatchObject({ code: 0, stderr: '' });
});
