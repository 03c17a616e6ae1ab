import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MEMO_GENERATION, MEMO_UID, workflowIdOf } from '../crds/agent-workflow.ts';
import { type AgentClient, agentClient } from './testing/agent-client.ts';
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

async function runsOf(uid: string): Promise<number> {
  let runs = 0;
  for await (const _ of world
    .client('default')
    .workflow.list({ query: `WorkflowId = "${workflowIdOf(uid)}"` }))
    runs += 1;
  return runs;
}

/** Several senders at once, each waiting for its answer: some message is always in flight when a run ends. */
async function sendMany({ send }: AgentClient, count: number, senders: number): Promise<Map<string, number>> {
  const answers = new Map<string, number>();
  let next = 0;
  const work = async () => {
    while (next < count) {
      const id = `m${next++}`;
      const answer = await send(id);
      if (answer.handled) answers.set(id, (answers.get(id) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: senders }, work));
  return answers;
}

test('messages in flight across runs are neither lost nor handled twice', async () => {
  const driven = agent('flow');
  await driven.direct({});
  const answers = await sendMany(driven, 700, 5);
  expect(answers.size).toBe(700);
  expect([...answers.values()].every((times) => times === 1)).toBe(true);
  expect(await driven.state()).toMatchObject({ messagesHandled: 700, messagesWaiting: 0 });
  await until('the runs are listed', async () => (await runsOf('flow')) >= 3);

  expect(await driven.send('m699')).toMatchObject({ handled: true, state: { messagesHandled: 700 } });
  const { memo } = await driven.handle.describe();
  expect(memo).toEqual({ [MEMO_UID]: 'flow', [MEMO_GENERATION]: 1 });
}, 120_000);

test('messages that wait in a paused agent are kept when its history is closed', async () => {
  const { direct, handle, send, state } = agent('paused');
  await direct({ desiredState: 'paused' });
  const { runId } = await handle.describe();
  const waiting = [send('a'), send('b')];
  await until('both wait', async () => (await state()).messagesWaiting === 2);
  let generation = 1;
  while ((await handle.describe()).runId === runId) {
    generation += 1;
    await direct({ generation, desiredState: 'paused' });
  }
  for (const answer of await Promise.all(waiting)) expect(answer.handled).toBe(false);
  expect(await state()).toMatchObject({ generation, messagesHandled: 0, messagesWaiting: 2 });

  const asked = send('a');
  await direct({ generation: generation + 1 });
  expect(await asked).toMatchObject({ handled: true });
  await until('both are handled', async () => (await state()).messagesHandled === 2);
}, 120_000);
