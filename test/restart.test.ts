// An environment of its own, which is left idle, killed and started again: nothing is written without a change, nothing is
// lost, nothing is done twice.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { namespaceOf, workflowIdOf } from '../crds/agent-workflow.ts';
import { conditionOf } from '../crds/api.ts';
import { apiOf } from './support/api.ts';
import { type Dev, removeFolder, startDevProcess, temporaryFolder } from './support/dev.ts';
import { eventually } from './support/eventually.ts';
import { events } from './support/ledger.ts';
import { openWorld, type World } from './support/world.ts';

const ORG = 'acme';
const SWEEP_MS = 300;

let folder: string;
let dev: Dev;
let world: World;

beforeAll(async () => {
  folder = await temporaryFolder();
  await start();
  const api = apiOf(dev.state);
  await api.create('/v1/orgs', { metadata: { name: ORG } });
  await api.create(`/v1/orgs/${ORG}/budgets`, {
    metadata: { name: 'root' },
    spec: { limitMicroUsd: 1_000_000 },
  });
  for (const name of ['one', 'two', 'three']) await api.create(`/v1/orgs/${ORG}/agents`, agentNamed(name));
  for (const name of ['one', 'two', 'three']) await api.ready(`/v1/orgs/${ORG}/agents/${name}`);
  await api.ready(`/v1/orgs/${ORG}/budgets/root`);
  // A hold that will end some day is no reason to write either.
  const hold = { reason: 'a test', expiresAt: '2100-01-01T00:00:00Z' };
  await api.send('PUT', `/v1/orgs/${ORG}/agents/three/holds/pause`, hold);
  await eventually(
    'it is held',
    () => api.get(`/v1/orgs/${ORG}/agents/three`),
    ({ status }) => conditionOf(status, 'Ready')?.reason === 'Paused',
  );
});

afterAll(async () => {
  await world.close();
  await dev.stop();
  await removeFolder(folder);
});

async function start(): Promise<void> {
  dev = await startDevProcess({ folder, sweepIntervalMs: SWEEP_MS });
  world = await openWorld(dev.state);
}

const agentNamed = (name: string) => ({
  metadata: { name },
  spec: { model: { provider: 'ollama', name: 'smollm2' }, budget: 'root' },
});

const metric = async (name: RegExp): Promise<number> => {
  const text = await (await fetch(new URL('/metrics', dev.state.address))).text();
  return [...text.matchAll(new RegExp(`^${name.source} (\\d+)$`, 'gm'))].reduce(
    (sum, found) => sum + Number(found[1]),
    0,
  );
};

/** Every version of every row but the leases, and the length of every agent's history. */
async function everythingWritten(): Promise<string> {
  const tables = await world.sql(
    `SELECT relname FROM pg_stat_user_tables WHERE relname <> 'leases' ORDER BY relname`,
  );
  const versions = [];
  for (const { relname } of tables)
    versions.push(await world.sql(`SELECT '${relname}' AS t, xmin, ctid FROM ${relname} ORDER BY 3`));
  const histories = [];
  for (const id of await world.running(ORG))
    histories.push((await world.temporal(namespaceOf(ORG)).workflow.getHandle(id).describe()).historyLength);
  return JSON.stringify([versions, histories]);
}

test('an idle system writes nothing but its leases', async () => {
  await eventually(
    'the queue is empty',
    () => world.sql('SELECT * FROM work'),
    (rows) => rows.length === 0,
  );
  const before = await everythingWritten();
  const passes = await metric(/lattice_reconcile_passes_total\{[^}]*\}/);
  const sweeps = await metric(/lattice_sweep_seconds_count/);
  await eventually(
    'five sweeps went by',
    () => metric(/lattice_sweep_seconds_count/),
    (count) => count >= sweeps + 5,
  );
  expect(await everythingWritten()).toBe(before);
  // Not even a pass was run: nothing was put to work and taken out again.
  expect(await metric(/lattice_reconcile_passes_total\{[^}]*\}/)).toBe(passes);
});

test('after SIGKILL in the middle of a change everything converges, each effect with its event', async () => {
  const api = apiOf(dev.state);
  await Promise.all(
    ['four', 'five', 'six'].map((name) => api.create(`/v1/orgs/${ORG}/agents`, agentNamed(name))),
  );
  await dev.kill();
  await world.close();
  await start();
  const again = apiOf(dev.state);
  const names = ['one', 'two', 'three', 'four', 'five', 'six'];
  const agents = await Promise.all(names.map((name) => again.ready(`/v1/orgs/${ORG}/agents/${name}`)));
  const ids = agents.map((agent) => workflowIdOf(agent.metadata.uid)).sort();
  await eventually(
    'each agent has one workflow',
    () => world.running(ORG),
    (running) => running.join() === ids.join(),
  );
  const ledger = await events(world, ORG);
  for (const { metadata } of agents) {
    const own = ledger
      .filter((event) => event.uid === metadata.uid)
      .map((event) => `${event.action} ${event.phase}`);
    expect(own.indexOf('create outcome')).toBe(0);
    expect(own).toContain('reconcile intent');
    expect(own.at(-1)).toBe('reconcile outcome');
  }
});

test('after an orderly stop and start nothing is written: what was running still is', async () => {
  await eventually(
    'the queue is empty',
    () => world.sql('SELECT * FROM work'),
    (rows) => rows.length === 0,
  );
  const before = (await events(world, ORG)).length;
  await world.close();
  await dev.stop();
  await start();
  await eventually(
    'three sweeps went by',
    () => metric(/lattice_sweep_seconds_count/),
    (count) => count >= 3,
  );
  expect((await events(world, ORG)).length).toBe(before);
});

test('a second `lattice dev` in the same folder is refused and says who has it', async () => {
  await expect(startDevProcess({ folder })).rejects.toThrow(/in use by another `lattice dev`/);
});
