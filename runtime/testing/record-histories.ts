// Records what today's workflow writes: `node runtime/testing/record-histories.ts <label>`. Run it with a new label when
// the workflow has learned something, and commit the files beside the older ones.

import { PAUSE, RESUME } from '../../crds/agent-workflow.ts';
import { type AgentClient, agentClient } from './agent-client.ts';
import { recordHistory } from './histories.ts';
import { until } from './until.ts';
import { startWorld } from './world.ts';

const label = process.argv[2];
if (!label) throw new Error('Give a label, such as the version: record-histories.ts v1');

const world = await startWorld();
try {
  const worker = await world.worker('default');
  await worker.waitFor({ default: 'running' });
  const client = world.client('default');
  const steered = agentClient(client, 'steered');
  await steer(steered);
  await recordHistory(`${label}-steered.json`, steered.handle);
  const continued = agentClient(client, 'continued');
  await outgrow(continued);
  await recordHistory(`${label}-continued.json`, continued.handle);
  const held = agentClient(client, 'held');
  await holdAndHalt(held);
  await recordHistory(`${label}-held.json`, held.handle);
} finally {
  await world.end();
}

/** Every way in, once: directives, holds, messages that wait, are repeated, are refused, and a stop. */
async function steer({ direct, send, state, handle }: AgentClient): Promise<void> {
  await direct({ generation: 1 });
  await send('a');
  await send('a');
  await direct({ generation: 2, desiredState: 'paused' });
  const waiting = send('b');
  await until('b waits', async () => (await state()).messagesWaiting === 1);
  await handle.signal(PAUSE);
  await direct({ generation: 3, fence: 2 });
  await direct({ generation: 2, fence: 1 }).catch(() => {});
  await handle.signal(RESUME);
  await waiting;
  await direct({ generation: 4, fence: 2, desiredState: 'stopped' });
  await handle.result();
}

/** Holds that come with directives: a pause from the start, its end, another pause, and a halt that ends it. */
async function holdAndHalt({ direct, send, state, handle }: AgentClient): Promise<void> {
  await direct({ hold: 'paused' });
  const waiting = send('a');
  await until('a waits', async () => (await state()).messagesWaiting === 1);
  await direct({ fence: 2 });
  await waiting;
  await direct({ generation: 2, fence: 3, hold: 'paused' });
  await direct({ generation: 2, fence: 4, hold: 'stopped' });
  await handle.result();
}

/** A run that starts from what another carried over, with a message still waiting. */
async function outgrow({ direct, send, state, handle }: AgentClient): Promise<void> {
  await direct({ desiredState: 'paused' });
  const { runId } = await handle.describe();
  const waiting = send('a');
  let generation = 1;
  while ((await handle.describe()).runId === runId) {
    generation += 1;
    await direct({ generation, desiredState: 'paused' });
  }
  await waiting;
  const again = send('a');
  await until('a waits', async () => (await state()).messagesWaiting === 1);
  await direct({ generation: generation + 1 });
  await again;
  await direct({ generation: generation + 2, desiredState: 'stopped' });
  await handle.result();
}
