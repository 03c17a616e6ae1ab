// A hold that was acknowledged takes effect, whoever dies between its row and its effect; and one that expires while nobody
// looks is over when somebody does.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AgentState, namespaceOf, STATE, workflowIdOf } from '../../crds/agent-workflow.ts';
import { apiOf } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { clientOf, declareOrg } from '../support/fleet/declare.ts';
import { type Fleet, startFleet } from '../support/fleet/fleet.ts';
import { untilSettled } from '../support/verdict/settled.ts';
import { judge, SPOTLESS } from '../support/verdict/verdict.ts';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ controllers: [{}], workers: 1 });
});

afterAll(() => fleet.stop());

const holds = '/v1/orgs/held/agents/one/holds/pause';

async function untilState(uid: string, wanted: string): Promise<void> {
  const handle = fleet.world.temporal(namespaceOf('held')).workflow.getHandle(workflowIdOf(uid));
  await eventually(
    `the workflow is ${wanted}`,
    // Right after a restart of Temporal a query may find nobody who answers.
    () => handle.query<AgentState>(STATE).catch(() => undefined),
    (state) => state?.effectiveState === wanted,
  );
}

test('a controller killed between the row of a hold and its effect, and between its end and that', async () => {
  const { world, temporal } = fleet;
  const [controller] = fleet.controllers;
  if (controller === undefined) throw new Error('the fleet has no controller');
  const client = clientOf(fleet);
  await declareOrg(fleet, client, 'held', ['one']);
  const api = apiOf(world.state);
  const { uid } = (await api.get('/v1/orgs/held/agents/one')).metadata;

  // Without Temporal there is no effect before the kill, however fast the controller is.
  const killedAfter = async (write: () => Promise<{ status: number }>): Promise<void> => {
    await temporal.stop();
    expect((await write()).status).toBe(200);
    await controller.kill();
    await temporal.start();
  };
  await killedAfter(() => api.send('PUT', holds, { reason: 'wait' }));
  await controller.start();
  await untilState(uid, 'paused');

  await killedAfter(() => api.send('DELETE', holds));
  await controller.start();
  await untilState(uid, 'running');

  const [soon] = await world.sql(`SELECT (now() + interval '5 seconds') AS at`);
  const expiresAt = soon?.at instanceof Date ? soon.at.toISOString() : '';
  expect((await api.send('PUT', holds, { reason: 'for a moment', expiresAt })).status).toBe(200);
  await untilState(uid, 'paused');
  await controller.kill();
  await eventually(
    'it has expired',
    () => world.sql('SELECT FROM agent_holds WHERE expires_at <= now()'),
    (rows) => rows.length === 1,
  );
  await controller.start();
  await untilState(uid, 'running');

  await untilSettled(world);
  expect(await judge(fleet, client.acknowledged)).toEqual(SPOTLESS);
});
