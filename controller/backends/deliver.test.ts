// Directives on a real Temporal without a worker: which of them may start a workflow.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { DesiredState } from '../../crds/agent.ts';
import { workflowIdOf } from '../../crds/agent-workflow.ts';
import { type RunningTemporal, startTemporal } from '../../servers/temporal.ts';
import { deliver } from './deliver.ts';

let temporal: RunningTemporal;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  temporal = await startTemporal();
  connection = await Connection.connect({ address: temporal.address });
  client = new Client({ connection });
});

afterAll(async () => {
  await connection.close();
  await temporal.stop();
});

const direct = (uid: string, desiredState: DesiredState): Promise<void> =>
  deliver(
    client,
    { uid, org: 'acme', name: 'helper', directive: { generation: 1, desiredState, fence: 1 } },
    (call, ms = 0) => connection.withDeadline(Date.now() + ms, call),
  );
const describe = (uid: string) => client.workflow.getHandle(workflowIdOf(uid)).describe();

test('a directive for a running agent starts its workflow, and waits for no worker', async () => {
  await direct('running', 'running');
  expect((await describe('running')).status.name).toBe('RUNNING');
});

test('no workflow is started only to be stopped, whether there never was one or it has ended', async () => {
  await direct('stopped', 'stopped');
  await expect(describe('stopped')).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
  const { runId } = await describe('running');
  await client.workflow.getHandle(workflowIdOf('running')).terminate();
  await direct('running', 'stopped');
  expect(await describe('running')).toMatchObject({ runId, status: { name: 'TERMINATED' } });
});
