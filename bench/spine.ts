// The main path under load: objects through the API until ready, one change until its effect, events until they are linked.

import pg from 'pg';
import { type Api, apiOf } from '../test/support/api.ts';
import { type Dev, removeFolder, startDevProcess } from '../test/support/dev.ts';
import { eventually } from '../test/support/eventually.ts';
import { openWorld, type World } from '../test/support/world.ts';
import { type Measured, quantile } from './report.ts';

const ORG = 'bench';
const BUDGETS = 1_000;
const AGENTS = 300;
const CHANGES = 200;
const CLIENTS = 16;

export async function spine(say: (line: string) => void): Promise<Measured[]> {
  const dev: Dev = await startDevProcess({ onProgress: say, sweepIntervalMs: 60_000 });
  const world = await openWorld(dev.state);
  try {
    const api = apiOf(dev.state);
    await api.create('/v1/orgs', { metadata: { name: ORG } });
    await api.ready(`/v1/orgs/${ORG}`);
    return [
      await manyBudgets(api, world, say),
      ...(await oneChange(api, world, say)),
      await manyAgents(api, world, say),
      await linking(world, say),
    ];
  } finally {
    await world.close();
    await dev.stop();
    await removeFolder(dev.folder);
  }
}

/** Runs `count` jobs, so many at a time. */
async function inParallel(
  count: number,
  clients: number,
  job: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: clients }, client));
}

const readyCount = async (world: World, kind: string): Promise<number> => {
  const [row] = await world.sql(
    `SELECT count(*)::int AS n FROM objects WHERE org = $1 AND kind = $2 AND status @? '$.conditions[*] ? (@.type == "Ready" && @.status == "True")'`,
    [ORG, kind],
  );
  return Number(row?.n);
};

async function untilReady(world: World, kind: string, count: number): Promise<void> {
  await eventually(
    `${count} of ${kind} are ready`,
    () => readyCount(world, kind),
    (ready) => ready >= count,
  );
}

async function manyBudgets(api: Api, world: World, say: (line: string) => void): Promise<Measured> {
  say(`${BUDGETS} budgets`);
  const began = performance.now();
  await inParallel(BUDGETS, CLIENTS, (index) =>
    api.create(`/v1/orgs/${ORG}/budgets`, {
      metadata: { name: `budget-${index}` },
      spec: { limitMicroUsd: index },
    }),
  );
  await untilReady(world, 'Budget', BUDGETS);
  const seconds = (performance.now() - began) / 1000;
  return {
    work: `${BUDGETS} budgets through the API until all are ready`,
    figure: BUDGETS / seconds,
    unit: 'objects/s',
    reach: { atLeast: 200 },
  };
}

async function manyAgents(api: Api, world: World, say: (line: string) => void): Promise<Measured> {
  say(`${AGENTS} agents`);
  const began = performance.now();
  const spec = { model: { provider: 'ollama', name: 'smollm2' }, budget: 'budget-1' };
  await inParallel(AGENTS, CLIENTS, (index) =>
    api.create(`/v1/orgs/${ORG}/agents`, { metadata: { name: `agent-${index}` }, spec }),
  );
  await untilReady(world, 'Agent', AGENTS);
  const seconds = (performance.now() - began) / 1000;
  return {
    work: `${AGENTS} agents, a workflow each, until all are ready`,
    figure: AGENTS / seconds,
    unit: 'objects/s',
    reach: { atLeast: 20 },
  };
}

async function oneChange(api: Api, world: World, say: (line: string) => void): Promise<Measured[]> {
  say(`${CHANGES} single changes`);
  const path = `/v1/orgs/${ORG}/budgets/budget-0`;
  const samples: number[] = [];
  for (let index = 1; index <= CHANGES; index++) {
    const { metadata } = await api.get(path);
    const limitMicroUsd = 1_000_000 + index;
    const began = performance.now();
    await api.send(
      'PUT',
      path,
      { metadata: {}, spec: { limitMicroUsd } },
      { 'if-match': `"${metadata.resourceVersion}"` },
    );
    for (;;) {
      const [row] = await world.sql('SELECT limit_micro_usd FROM lattice_ai_budgets WHERE uid = $1', [
        metadata.uid,
      ]);
      if (String(row?.limit_micro_usd) === String(limitMicroUsd)) break;
    }
    samples.push(performance.now() - began);
  }
  const work = `one change: API to effect in Postgres at ${BUDGETS} objects`;
  return [
    { work: `${work}, p50`, figure: quantile(samples, 0.5), unit: 'ms', reach: { atMost: 20 } },
    { work: `${work}, p99`, figure: quantile(samples, 0.99), unit: 'ms', reach: { atMost: 100 } },
  ];
}

const EVENTS = 8_000;

/** 16 writers append events; beside them, before and after, the same bytes go into a plain table. */
async function linking(world: World, say: (line: string) => void): Promise<Measured> {
  say(`${EVENTS} events by ${CLIENTS} writers, and as many plain inserts`);
  await world.sql(
    'CREATE TABLE IF NOT EXISTS bench_plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, bytes bytea)',
  );
  const pool = new pg.Pool({ connectionString: world.state.databaseUrl, max: CLIENTS });
  const event = Buffer.from(
    JSON.stringify({ actor: { type: 'controller' }, org: ORG, filler: 'x'.repeat(300) }),
  );
  const perSecond = async (write: () => Promise<unknown>, done: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await inParallel(EVENTS, CLIENTS, write);
    await done();
    return EVENTS / ((performance.now() - began) / 1000);
  };
  const plain = () =>
    perSecond(
      () => pool.query('INSERT INTO bench_plain (bytes) VALUES ($1)', [event]),
      async () => {},
    );
  const linkedAll = () =>
    eventually(
      'all events are linked',
      () => world.sql('SELECT 1 FROM audit_pending LIMIT 1'),
      (rows) => rows.length === 0,
    );
  await plain();
  const before = await plain();
  const linked = await perSecond(
    () => pool.query(`SELECT audit_append('bench', $1, NULL, NULL)`, [event]),
    linkedAll,
  );
  const after = await plain();
  await pool.end();
  return {
    work: `events appended and linked, ${CLIENTS} writers`,
    figure: linked,
    unit: 'events/s',
    peer: { name: 'plain INSERT', figure: (before + after) / 2 },
    reach: { atLeast: 0.5 },
  };
}
