import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MEMO_GENERATION, MEMO_HOLD, MEMO_UID, PAUSE, RESUME, STOP } from '../crds/agent-workflow.ts';
import { agentClient } from './testing/agent-client.ts';
import { until } from './testing/until.ts';
import type { WorkerChild } from './testing/worker-child.ts';
import { startWorld, type World } from './testing/world.ts';

let world: World;
let worker: WorkerChild;
const agent = (uid: string) => agentClient(world.client('default'), uid);

beforeAll(async () => {
  world = await startWorld();
  worker = await world.worker('default');
  await worker.waitFor({ default: 'running' });
});
afterAll(() => world.end());

test('a directive is acknowledged by generation, and the same again is answered without effect', async () => {
  const { direct, handle } = agent('ack');
  expect(await direct({ generation: 1 })).toMatchObject({ generation: 1, effectiveState: 'running' });
  expect(await direct({ generation: 2, desiredState: 'paused' })).toMatchObject({
    generation: 2,
    effectiveState: 'paused',
  });
  const { memo } = await handle.describe();
  expect(memo).toEqual({ [MEMO_UID]: 'ack', [MEMO_GENERATION]: 2 });

  expect(await direct({ generation: 2, desiredState: 'paused' })).toMatchObject({ generation: 2 });
  const { events } = await handle.fetchHistory();
  const notes = events?.filter((event) => event.workflowPropertiesModifiedEventAttributes);
  expect(notes).toHaveLength(2);
});

test('a directive of a lease that was taken over is refused by name and changes nothing', async () => {
  const { direct, state } = agent('fence');
  await direct({ generation: 3, fence: 7 });
  await expect(direct({ generation: 4, fence: 6, desiredState: 'stopped' })).rejects.toMatchObject({
    cause: { type: 'StaleDirective', nonRetryable: true },
  });
  expect(await state()).toMatchObject({ generation: 3, effectiveState: 'running' });
});

test('a directive that has no such form is refused by name and the agent lives on', async () => {
  const { direct } = agent('form');
  await direct({});
  await expect(direct({ generation: 1.5 })).rejects.toMatchObject({ cause: { type: 'Malformed' } });
  expect(await direct({ generation: 2 })).toMatchObject({ generation: 2 });
});

test('a hold wins over a directive for a running agent until it is lifted', async () => {
  const { direct, handle, state } = agent('hold');
  await direct({ generation: 1 });
  await handle.signal(PAUSE);
  expect(await direct({ generation: 2 })).toMatchObject({
    desiredState: 'running',
    effectiveState: 'paused',
    held: true,
  });
  await handle.signal(RESUME);
  expect(await state()).toMatchObject({ effectiveState: 'running', held: false });
  await direct({ generation: 3, desiredState: 'paused' });
  await handle.signal(RESUME);
  expect(await state()).toMatchObject({ desiredState: 'paused', effectiveState: 'paused' });
});

test('a hold comes and goes with a directive, is noted, and messages wait while it lasts', async () => {
  const { direct, handle, send, state } = agent('held');
  await direct({ generation: 1 });
  expect(await direct({ hold: 'paused', fence: 2 })).toMatchObject({
    generation: 1,
    desiredState: 'running',
    effectiveState: 'paused',
    held: true,
  });
  expect((await handle.describe()).memo).toEqual({
    [MEMO_UID]: 'held',
    [MEMO_GENERATION]: 1,
    [MEMO_HOLD]: 'paused',
  });
  const waiting = send('m1');
  await until('the message waits', async () => (await state()).messagesWaiting === 1);
  // Who was held back under an older lease can lift nothing.
  await expect(direct({ fence: 1 })).rejects.toMatchObject({ cause: { type: 'StaleDirective' } });
  expect(await state()).toMatchObject({ held: true, messagesHandled: 0 });

  expect(await direct({ fence: 3 })).toMatchObject({ effectiveState: 'running', held: false });
  expect(await waiting).toMatchObject({ handled: true });
  expect((await handle.describe()).memo).toEqual({ [MEMO_UID]: 'held', [MEMO_GENERATION]: 1 });
});

test('a directive to stop is acknowledged, and the workflow completes with its state', async () => {
  const { direct, handle } = agent('stop');
  await direct({ generation: 1 });
  const acknowledged = await direct({ generation: 2, desiredState: 'stopped' });
  expect(acknowledged).toMatchObject({ generation: 2, effectiveState: 'stopped' });
  expect(await handle.result()).toEqual(acknowledged);
});

test('a stopped agent told to run again gets a new run', async () => {
  const { direct, handle } = agent('again');
  await direct({ generation: 1 });
  await handle.signal(STOP);
  await handle.result();
  expect(await direct({ generation: 2 })).toMatchObject({ generation: 2, effectiveState: 'running' });
});

test('the acknowledged generation is readable while no worker runs', async () => {
  const { direct, handle } = agent('memo');
  await direct({ generation: 1 });
  await worker.stop();
  const { memo } = await handle.describe();
  expect(memo).toMatchObject({ [MEMO_GENERATION]: 1 });

  const late = direct({ generation: 2 });
  worker = await world.worker('default');
  expect(await late).toMatchObject({ generation: 2 });
});

test('an acknowledgement and a waiting message survive a kill -9 of the worker', async () => {
  const { direct, handle, send, state } = agent('kill');
  await direct({ generation: 1 });
  await handle.signal(PAUSE);
  const waiting = send('m1');
  await until('the message waits', async () => (await state()).messagesWaiting === 1);

  await worker.kill();
  const late = direct({ generation: 2 });
  await handle.signal(RESUME);
  worker = await world.worker('default');
  expect(await late).toMatchObject({ generation: 2 });
  expect(await waiting).toMatchObject({ handled: true, state: { messagesHandled: 1 } });
});
