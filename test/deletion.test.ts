// Deletion waits for what refers to the object, names it, never takes it along, and always ends.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { namespaceOf, workflowIdOf } from '../crds/agent-workflow.ts';
import { conditionOf } from '../crds/api.ts';
import { type Api, apiOf, problemOf } from './support/api.ts';
import { eventually } from './support/eventually.ts';
import { events } from './support/ledger.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let api: Api;

beforeAll(async () => {
  world = await sharedWorld();
  api = apiOf(world.state);
});

afterAll(async () => {
  await world.close();
});

async function populated(): Promise<{ org: string; path: string; agentUid: string; orgUid: string }> {
  const org = uniqueName('del');
  const path = `/v1/orgs/${org}`;
  const { metadata } = await api.create('/v1/orgs', { metadata: { name: org } });
  await api.create(`${path}/budgets`, { metadata: { name: 'root' } });
  const model = { provider: 'ollama', name: 'smollm2' };
  const agent = await api.create(`${path}/agents`, {
    metadata: { name: 'one' },
    spec: { model, budget: 'root' },
  });
  await api.ready(`${path}/agents/one`);
  return { org, path, agentUid: agent.metadata.uid, orgUid: metadata.uid };
}

test('what is referred to waits, says for whom, and goes when they are gone', async () => {
  const { org, path, agentUid, orgUid } = await populated();
  expect((await api.send('DELETE', path)).status).toBe(202);
  expect((await api.send('DELETE', `${path}/budgets/root`)).status).toBe(202);
  const waiting = await eventually(
    'the budget says what it waits for',
    () => api.get(`${path}/budgets/root`),
    ({ status }) => conditionOf(status, 'Ready')?.reason === 'DependentsExist',
  );
  expect(conditionOf(waiting.status, 'Ready')?.message).toContain(`agent ${org}/one`);
  // Nothing was taken along: the agent still runs under its budget.
  expect(await world.running(org)).toEqual([workflowIdOf(agentUid)]);
  expect(await world.sql('SELECT name FROM lattice_ai_budgets WHERE org = $1', [org])).toEqual([
    { name: 'root' },
  ]);

  expect((await api.send('DELETE', `${path}/agents/one`)).status).toBe(202);
  for (const gone of [`${path}/agents/one`, `${path}/budgets/root`, path]) await api.gone(gone);
  for (const table of ['objects', 'lattice_agents', 'lattice_ai_budgets'])
    expect(await world.sql(`SELECT * FROM ${table} WHERE org = $1`, [org])).toEqual([]);
  expect(await world.sql('SELECT * FROM lattice_orgs WHERE uid = $1', [orgUid])).toEqual([]);
  // Temporal's own caches may take a moment to know it.
  await eventually(
    'the namespace is not found',
    () => world.temporal(namespaceOf(org)).workflow.getHandle('any').describe().then(String, String),
    (answer) => /not found/i.test(answer),
  );
  const chain = await world.sql(
    `SELECT convert_from(bytes, 'UTF8')::jsonb ->> 'action' AS action FROM audit_event WHERE chain = $1 ORDER BY id`,
    [orgUid],
  );
  expect(chain.at(-1)).toEqual({ action: 'tombstone' });
});

test('an object that is being deleted takes no change, no reference and no second life', async () => {
  const { path } = await populated();
  await api.send('DELETE', `${path}/budgets/root`);
  const { metadata } = await api.get(`${path}/budgets/root`);
  const headers = { 'if-match': `"${metadata.resourceVersion}"` };
  const change = await api.send(
    'PUT',
    `${path}/budgets/root`,
    { metadata: {}, spec: { limitMicroUsd: 1 } },
    headers,
  );
  expect(problemOf(change).code).toBe('BeingDeleted');
  const again = await api.send('POST', `${path}/budgets`, { metadata: { name: 'root' } });
  expect(problemOf(again).code).toBe('BeingDeleted');
  const child = await api.send('POST', `${path}/budgets`, {
    metadata: { name: 'child' },
    spec: { parent: 'root' },
  });
  expect(problemOf(child)).toMatchObject({
    code: 'ReferenceNotFound',
    detail: expect.stringContaining('is being deleted'),
  });
  expect((await api.send('DELETE', `${path}/budgets/root`)).status).toBe(202);
});

test('deletion ends although workflow, namespace and row are gone already', async () => {
  const { org, path, agentUid } = await populated();
  await world.temporal(namespaceOf(org)).workflow.getHandle(workflowIdOf(agentUid)).terminate();
  await world.sql('DELETE FROM lattice_agents WHERE uid = $1', [agentUid]);
  await api.send('DELETE', `${path}/agents/one`);
  await api.gone(`${path}/agents/one`);
  await api.send('DELETE', `${path}/budgets/root`);
  await api.gone(`${path}/budgets/root`);
  await world.temporal('default').connection.operatorService.deleteNamespace({ namespace: namespaceOf(org) });
  await api.send('DELETE', path);
  await api.gone(path);
});

test('delete and create again gives a new uid, a new workflow and a new chain', async () => {
  const { org, path, agentUid, orgUid } = await populated();
  for (const one of ['agents/one', 'budgets/root']) {
    await api.send('DELETE', `${path}/${one}`);
    await api.gone(`${path}/${one}`);
  }
  await api.send('DELETE', path);
  await api.gone(path);
  const reborn = await api.create('/v1/orgs', { metadata: { name: org } });
  const model = { provider: 'ollama', name: 'smollm2' };
  const agent = await api.create(`${path}/agents`, { metadata: { name: 'one' }, spec: { model } });
  await api.ready(`${path}/agents/one`);
  expect(reborn.metadata.uid).not.toBe(orgUid);
  expect(agent.metadata.uid).not.toBe(agentUid);
  expect(await world.running(org)).toEqual([workflowIdOf(agent.metadata.uid)]);
  const chains = await world.sql(
    `SELECT DISTINCT chain FROM audit_event WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'org' = $1 AND chain <> 'system'`,
    [org],
  );
  expect(chains.map(({ chain }) => chain).sort()).toEqual([orgUid, reborn.metadata.uid].sort());
});

test('every state of an agent is reached: paused, stopped, and running again', async () => {
  const { org, path, agentUid } = await populated();
  const model = { provider: 'ollama', name: 'smollm2' };
  const declare = async (desiredState: string): Promise<void> => {
    const { metadata } = await api.get(`${path}/agents/one`);
    const headers = { 'if-match': `"${metadata.resourceVersion}"` };
    const answer = await api.send(
      'PUT',
      `${path}/agents/one`,
      { metadata: {}, spec: { model, budget: 'root', desiredState } },
      headers,
    );
    expect(answer.status).toBe(200);
  };
  const reason = async (): Promise<string | undefined> =>
    conditionOf((await api.ready(`${path}/agents/one`)).status, 'Ready')?.reason;
  const handle = world.temporal(namespaceOf(org)).workflow.getHandle(workflowIdOf(agentUid));

  await declare('paused');
  expect(await reason()).toBe('Paused');
  expect(await handle.query('state')).toMatchObject({ generation: 2, effectiveState: 'paused' });
  await declare('stopped');
  expect(await reason()).toBe('Stopped');
  await eventually(
    'no workflow runs',
    () => handle.describe(),
    (found) => found.status.name === 'COMPLETED',
  );
  await declare('running');
  expect(await reason()).toBe('Running');
  expect(await handle.query('state')).toMatchObject({ generation: 4, effectiveState: 'running' });
  const ledger = (await events(world, org)).filter(
    (event) => event.uid === agentUid && event.phase === 'outcome',
  );
  expect(ledger.filter((event) => event.action === 'update')).toHaveLength(3);
});
