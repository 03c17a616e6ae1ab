// What somebody changes behind the controller's back is found and put right, and the ledger says what was found and done.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WorkflowIdReusePolicy } from '@temporalio/client';
import {
  AGENT_TASK_QUEUE,
  AGENT_WORKFLOW_TYPE,
  MEMO_UID,
  namespaceOf,
  workflowIdOf,
} from '../crds/agent-workflow.ts';
import { type Api, apiOf } from './support/api.ts';
import { eventually } from './support/eventually.ts';
import { events } from './support/ledger.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let api: Api;
let org: string;
let agentUid: string;
let budgetUid: string;

beforeAll(async () => {
  world = await sharedWorld();
  api = apiOf(world.state);
  org = uniqueName('drift');
  await api.create('/v1/orgs', { metadata: { name: org } });
  const budget = {
    metadata: { name: 'root' },
    spec: { limitMicroUsd: 5_000_000, softThresholdsMicroUsd: [1_000_000] },
  };
  budgetUid = (await api.create(`/v1/orgs/${org}/budgets`, budget)).metadata.uid;
  const agent = {
    metadata: { name: 'triage' },
    spec: { model: { provider: 'ollama', name: 'smollm2' }, budget: 'root' },
  };
  agentUid = (await api.create(`/v1/orgs/${org}/agents`, agent)).metadata.uid;
  await api.ready(`/v1/orgs/${org}/agents/triage`);
  await api.ready(`/v1/orgs/${org}/budgets/root`);
});

afterAll(async () => {
  await world.close();
});

const budgetRow = async () =>
  (await world.sql('SELECT * FROM lattice_ai_budgets WHERE uid = $1', [budgetUid]))[0];
const agentRow = async () => (await world.sql('SELECT * FROM lattice_agents WHERE uid = $1', [agentUid]))[0];

test.each([
  ['a number', 'limit_micro_usd', '999999999', '5000000'],
  ['a number to NULL, which would lift the limit', 'limit_micro_usd', null, '5000000'],
  ['a flag', 'shadow', true, false],
  ['an array', 'soft_thresholds_micro_usd', [], ['1000000']],
])('an edited budget row is put right: %s', async (_what, column, edited, declared) => {
  await world.sql(`UPDATE lattice_ai_budgets SET ${column} = $2 WHERE uid = $1`, [budgetUid, edited]);
  await eventually(
    `${column} is as declared`,
    budgetRow,
    (row) => JSON.stringify(row?.[column]) === JSON.stringify(declared),
  );
  const repairs = (await events(world, org)).filter(
    (event) => event.action === 'repair' && event.uid === budgetUid,
  );
  expect(repairs.at(-1)).toMatchObject({ outcome: 'ok', changed: [`lattice_ai_budgets.${column}`] });
  expect(repairs.at(-1)?.message).toContain(column);
});

test('a deleted agent row is written again', async () => {
  const before = await agentRow();
  await world.sql('DELETE FROM lattice_agents WHERE uid = $1', [agentUid]);
  expect(await eventually('the row is back', agentRow, (row) => row !== undefined)).toEqual(before);
});

test('a row that nobody declared is removed, and its values are kept in the diff', async () => {
  const [ghost] = await world.sql(
    `INSERT INTO lattice_ai_budgets SELECT gen_random_uuid(), org, 'ghost', parent_uid, 123456, limit_tokens, budget_window,
       time_zone, soft_thresholds_micro_usd, soft_thresholds_tokens, shadow, generation
     FROM lattice_ai_budgets WHERE uid = $1 RETURNING uid`,
    [budgetUid],
  );
  const rows = () => world.sql('SELECT * FROM lattice_ai_budgets WHERE uid = $1', [ghost?.uid]);
  await eventually('the row is removed', rows, (found) => found.length === 0);
  const removal = (await events(world, org)).find((event) => event.uid === ghost?.uid);
  expect(removal).toMatchObject({
    action: 'remove',
    reason: 'Unmanaged',
    kind: 'Budget',
    name: 'ghost',
    outcome: 'ok',
  });
  const [diff] = await world.sql(
    `SELECT convert_from(d.diff, 'UTF8') AS diff FROM audit_diff d JOIN audit_event e ON e.id = d.event_id
     WHERE convert_from(e.bytes, 'UTF8')::jsonb ->> 'uid' = $1`,
    [ghost?.uid],
  );
  expect(diff?.diff).toContain('123456');
});

test('a terminated workflow runs again, at the declared generation', async () => {
  const handle = world.temporal(namespaceOf(org)).workflow.getHandle(workflowIdOf(agentUid));
  const { runId } = await handle.describe();
  await handle.terminate('tampering');
  await eventually(
    'another run is running',
    () => handle.describe(),
    (found) => found.status.name === 'RUNNING' && found.runId !== runId,
  );
  const repair = await eventually(
    'the repair is in the ledger',
    async () =>
      (await events(world, org)).filter(
        (event) => event.uid === agentUid && event.message.includes('found terminated'),
      ),
    (found) => found.length >= 2,
  );
  // Intent before effect: the chain knew of the repair before it was made.
  expect(repair.map((event) => [event.action, event.phase])).toEqual([
    ['repair', 'intent'],
    ['repair', 'outcome'],
  ]);
  expect(await world.running(org)).toEqual([workflowIdOf(agentUid)]);
});

test('a workflow with our mark and no agent is ended; one without our mark is left alone', async () => {
  const client = world.temporal(namespaceOf(org)).workflow;
  const stray = '00000000-0000-7000-8000-000000000001';
  const start = { taskQueue: AGENT_TASK_QUEUE, workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE };
  const input = {
    uid: stray,
    org,
    name: 'stray',
    directive: { generation: 1, desiredState: 'running', fence: 1 },
  };
  await client.start(AGENT_WORKFLOW_TYPE, {
    ...start,
    workflowId: workflowIdOf(stray),
    memo: { [MEMO_UID]: stray },
    args: [input],
  });
  const foreign = await client.start('SomebodyElses', {
    ...start,
    taskQueue: 'elsewhere',
    workflowId: 'foreign',
    args: [],
  });
  await eventually(
    'the stray workflow is ended',
    () => client.getHandle(workflowIdOf(stray)).describe(),
    (found) => found.status.name === 'TERMINATED',
  );
  expect((await foreign.describe()).status.name).toBe('RUNNING');
  await foreign.terminate();
  const removal = await eventually(
    'the removal is in the ledger',
    async () =>
      (await events(world, org)).filter((event) => event.changed.includes(`workflow ${workflowIdOf(stray)}`)),
    (found) => found.length === 2,
  );
  expect(removal.map((event) => event.phase)).toEqual(['intent', 'outcome']);
});
