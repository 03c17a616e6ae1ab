import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { agentClient } from './testing/agent-client.ts';
import type { WorkerChild } from './testing/worker-child.ts';
import { startWorld, type World } from './testing/world.ts';

let world: World;
let worker: WorkerChild;
const serves = async (namespace: string, uid: string) => {
  const { direct, handle } = agentClient(world.client(namespace), uid);
  expect(await direct({})).toMatchObject({ uid, effectiveState: 'running' });
  await handle.terminate();
};

beforeAll(async () => {
  world = await startWorld();
  await world.addNamespace('lattice-org-a');
  worker = await world.worker('lattice-org-a');
  await worker.waitFor({ 'lattice-org-a': 'running' });
});
afterAll(() => world.end());

test('a namespace that is listed before it exists gets its worker once it does', async () => {
  worker.serve(['lattice-org-a', 'lattice-org-b']);
  await worker.waitFor({ 'lattice-org-b': 'waiting' });
  await world.addNamespace('lattice-org-b');
  await worker.waitFor({ 'lattice-org-a': 'running', 'lattice-org-b': 'running' });
  await Promise.all([serves('lattice-org-a', 'a1'), serves('lattice-org-b', 'b1')]);
});

test('the workers find back when Temporal is restarted under them', async () => {
  await world.stopTemporal();
  await worker.waitFor({ 'lattice-org-a': 'unreachable', 'lattice-org-b': 'unreachable' });
  await world.restartTemporal();
  await worker.waitFor({ 'lattice-org-a': 'running', 'lattice-org-b': 'running' });
  await Promise.all([serves('lattice-org-a', 'a2'), serves('lattice-org-b', 'b2')]);
});

test('a namespace that is deleted under its worker waits, the others go on', async () => {
  await world.deleteNamespace('lattice-org-b');
  await worker.waitFor({ 'lattice-org-a': 'running', 'lattice-org-b': 'waiting' });
  await serves('lattice-org-a', 'a3');
});

test('a namespace that leaves the list loses its worker, and gets it back with the list', async () => {
  await world.addNamespace('lattice-org-c');
  worker.serve(['lattice-org-a', 'lattice-org-c']);
  await worker.waitFor({ 'lattice-org-b': undefined, 'lattice-org-c': 'running' });
  worker.serve(['lattice-org-c']);
  await worker.waitFor({ 'lattice-org-a': undefined, 'lattice-org-c': 'running' });
  worker.serve(['lattice-org-a', 'lattice-org-c']);
  await worker.waitFor({ 'lattice-org-a': 'running', 'lattice-org-c': 'running' });
  await serves('lattice-org-a', 'a4');
});

test('more namespaces than the cap wait in sight, and move up when there is room', async () => {
  const capped = await world.cappedWorker(1, 'lattice-org-a', 'lattice-org-c');
  await capped.waitFor({ 'lattice-org-a': 'running', 'lattice-org-c': 'overCap' });
  capped.serve(['lattice-org-c']);
  await capped.waitFor({ 'lattice-org-a': undefined, 'lattice-org-c': 'running' });
});
