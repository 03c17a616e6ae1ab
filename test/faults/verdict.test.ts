// The verdict itself: in a world that was spoiled on purpose each kind of wrong is seen and named, or a clean verdict would mean
// nothing. No sweep runs here, so nothing is repaired behind the judge's back.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  AGENT_TASK_QUEUE,
  AGENT_WORKFLOW_TYPE,
  namespaceOf,
  workflowIdOf,
} from '../../crds/agent-workflow.ts';
import { eventually } from '../support/eventually.ts';
import { clientOf, declareOrg } from '../support/fleet/declare.ts';
import { type Fleet, startFleet } from '../support/fleet/fleet.ts';
import type { PatientClient } from '../support/load/patient-client.ts';
import { judge, SPOTLESS } from '../support/verdict/verdict.ts';

const ORG = 'spoiled';
const NEVER_MS = 3_600_000;
const STRANGER = '00000000-0000-7000-8000-000000000001';

let fleet: Fleet;
let client: PatientClient;
let uid: string;

beforeAll(async () => {
  fleet = await startFleet({ controllers: [{}], workers: 1, sweepIntervalMs: NEVER_MS });
  client = clientOf(fleet);
  await declareOrg(fleet, client, ORG, ['one']);
  const [row] = await fleet.world.sql(`SELECT uid FROM lattice_agents`);
  uid = String(row?.uid);
});

afterAll(() => fleet.stop());

const verdict = () => judge(fleet, client.acknowledged);

test('a world that nobody spoiled is spotless', async () => {
  expect(await verdict()).toEqual(SPOTLESS);
});

test('an acknowledged write that is not what stands is lost', async () => {
  const { world } = fleet;
  await world.sql(`UPDATE objects SET spec = spec || '{"limitMicroUsd": 5}' WHERE kind = 'Budget'`);
  expect((await verdict()).lost).toEqual([
    expect.stringContaining(`/v1/orgs/${ORG}/budgets/root is not what was acknowledged`),
    expect.stringMatching(/lattice_ai_budgets.limit_micro_usd is not what is declared/),
  ]);
  await world.sql(`UPDATE objects SET spec = spec || '{"limitMicroUsd": 1000000000}' WHERE kind = 'Budget'`);
});

test('a row that no event tells of is unlogged', async () => {
  await fleet.world.sql('UPDATE lattice_agents SET generation = 9');
  const { lost, unlogged } = await verdict();
  expect(lost).toEqual([`Agent ${uid}: lattice_agents.generation is not what is declared`]);
  expect(unlogged).toEqual([`row of lattice_agents for one (${uid}) at generation 9`]);
  await fleet.world.sql('UPDATE lattice_agents SET generation = 1');
});

test('a lease taken while it is held, and an event written in the name of another, are doubled', async () => {
  const { world } = fleet;
  const stranger = `SET LOCAL application_name = 'stranger'`;
  await world.sql(
    `BEGIN; ${stranger};
     INSERT INTO work (object_uid, due_at, priority, lease_until) VALUES ('${STRANGER}', now(), 0, now() + interval '1 minute');
     UPDATE work SET fence = nextval('fences') WHERE object_uid = '${STRANGER}';
     DELETE FROM work WHERE object_uid = '${STRANGER}'; COMMIT`,
  );
  expect((await verdict()).doubled).toEqual([expect.stringContaining(`stranger took ${STRANGER}`)]);
  await world.sql('DELETE FROM witness_take WHERE early');
});

test('workflows that the ledger does not explain are doubled and unlogged; a process that ends by itself is a crash', async () => {
  const { world } = fleet;
  const { workflow } = world.temporal(namespaceOf(ORG));
  const start = (of: string) =>
    workflow.start(AGENT_WORKFLOW_TYPE, {
      workflowId: workflowIdOf(of),
      taskQueue: AGENT_TASK_QUEUE,
      args: [
        { uid: of, org: ORG, name: 'x', directive: { generation: 1, desiredState: 'running', fence: 1 } },
      ],
    });
  await start(STRANGER);
  await workflow.getHandle(workflowIdOf(uid)).terminate('by the test');
  await start(uid);
  await eventually(
    'all runs are listed',
    () => workflow.count(`WorkflowType = '${AGENT_WORKFLOW_TYPE}'`),
    ({ count }) => count === 3,
  );
  const [controller] = fleet.controllers;
  const { doubled, unlogged } = await verdict();
  expect(doubled).toEqual([
    expect.stringMatching(`agent ${uid} was started again .* and the ledger does not say why`),
    expect.stringContaining(`the workflow of agent ${uid} followed an older lease`),
    `a workflow runs for ${STRANGER}, which is no agent`,
  ]);
  expect(unlogged).toEqual([`${workflowIdOf(STRANGER)} was told generation 1 (fence 1)`]);
  process.kill(controller?.pid ?? 0, 'SIGKILL');
  await eventually(
    'the crash is noticed',
    async () => fleet.crashes(),
    (crashes) => crashes.join() === 'controller-0.1 ended with SIGKILL by itself',
  );
});
