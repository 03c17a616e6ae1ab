import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MOST_MESSAGES_WAITING, PAUSE, RESUME, STOP } from '../crds/agent-workflow.ts';
import { agentClient } from './testing/agent-client.ts';
import { until } from './testing/until.ts';
import { startWorld, type World } from './testing/world.ts';

let world: World;
const agent = (uid: string) => agentClient(world.client('default'), uid);

beforeAll(async () => {
  world = await startWorld();
  const worker = await world.worker('default');
  await worker.waitFor({ default: 'running' });
});
afterAll(() => world.end());

test('messages to a paused agent wait, and are answered in order once it runs', async () => {
  const { direct, handle, send, state } = agent('wait');
  await direct({ desiredState: 'paused' });
  const answers = [];
  for (const [n, id] of ['a', 'b', 'c'].entries()) {
    answers.push(send(id));
    await until(`${id} waits`, async () => (await state()).messagesWaiting === n + 1);
  }
  expect(await state()).toMatchObject({ messagesHandled: 0 });

  await direct({ generation: 2 });
  for (const answer of await Promise.all(answers)) expect(answer.handled).toBe(true);
  expect(await state()).toMatchObject({ messagesHandled: 3, messagesWaiting: 0 });

  await handle.signal(PAUSE);
  const held = send('d');
  await until('d waits', async () => (await state()).messagesWaiting === 1);
  await handle.signal(RESUME);
  expect(await held).toMatchObject({ handled: true, state: { messagesHandled: 4 } });
});

test('the same message twice is handled once and answered twice', async () => {
  const { direct, send, state } = agent('twice');
  await direct({});
  await send('a');
  expect(await send('a')).toMatchObject({ handled: true, state: { messagesHandled: 1 } });

  await direct({ generation: 2, desiredState: 'paused' });
  const both = [send('b'), send('b')];
  await until('b waits', async () => (await state()).messagesWaiting === 1);
  await direct({ generation: 3 });
  for (const answer of await Promise.all(both)) expect(answer).toMatchObject({ handled: true });
  expect(await state()).toMatchObject({ messagesHandled: 2 });
});

test('a full inbox refuses by name, and a directive still gets through', async () => {
  const { direct, send, state } = agent('full');
  await direct({ desiredState: 'paused' });
  const waiting = Array.from({ length: MOST_MESSAGES_WAITING }, (_, n) => send(`m${n}`));
  await until('all wait', async () => (await state()).messagesWaiting === MOST_MESSAGES_WAITING);
  await expect(send('one more')).rejects.toMatchObject({ cause: { type: 'InboxFull', nonRetryable: false } });
  await direct({ generation: 2 });
  await Promise.all(waiting);
  expect(await state()).toMatchObject({ messagesHandled: MOST_MESSAGES_WAITING });
});

test('a stop lets go of what waited in a paused agent, by name, and completes', async () => {
  const { direct, handle, send, state } = agent('let-go');
  await direct({ desiredState: 'paused' });
  const waiting = expect(send('a')).rejects.toMatchObject({ cause: { type: 'AgentStopped' } });
  await until('it waits', async () => (await state()).messagesWaiting === 1);
  await handle.signal(STOP);
  await waiting;
  expect(await handle.result()).toMatchObject({ effectiveState: 'stopped', messagesHandled: 0 });
});

test('a message to a closed agent is refused', async () => {
  const { direct, handle, send } = agent('closed');
  await direct({});
  await handle.signal(STOP);
  await handle.result();
  await expect(send('a')).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
});
