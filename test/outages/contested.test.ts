// Somebody fights the controller over one object: it goes on putting it right, ever more seldom, says what is changed under it,
// leaves the ledger readable and everything else alone, also after a restart, and is content again when the fight is over.

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Condition, conditionOf } from '../../crds/api.ts';
import { eventually } from '../support/eventually.ts';
import { events } from '../support/ledger.ts';
import { type Stand, startStand } from './stand.ts';

const ORG = 'acme';
const BUDGETS = `/v1/orgs/${ORG}/budgets`;
const AGENT = `/v1/orgs/${ORG}/agents/triage`;

let stand: Stand;
let uid: string;

beforeAll(async () => {
  stand = await startStand({ sweepIntervalMs: 100 });
  const { api } = stand;
  await api.create('/v1/orgs', { metadata: { name: ORG } });
  const budget = (name: string) => ({ metadata: { name }, spec: { limitMicroUsd: 1_000_000 } });
  uid = (await api.create(BUDGETS, budget('fought'))).metadata.uid;
  await api.create(BUDGETS, budget('quiet'));
  const model = { provider: 'ollama', name: 'smollm2' };
  await api.create(`/v1/orgs/${ORG}/agents`, {
    metadata: { name: 'triage' },
    spec: { model, budget: 'quiet' },
  });
  await Promise.all([api.ready(`${BUDGETS}/fought`), api.ready(`${BUDGETS}/quiet`), api.ready(AGENT)]);
});

afterAll(async () => {
  await stand.close();
});

/** Changes the limit a hundred times a second, behind the controller's back. */
function startFight(): { readonly blows: () => number; stop(): Promise<void> } {
  let [blows, stopped] = [0, false];
  const fighting = (async () => {
    for (; !stopped; blows++) {
      await stand.world.sql('UPDATE lattice_ai_budgets SET limit_micro_usd = $2 WHERE uid = $1', [
        uid,
        blows,
      ]);
      await delay(10);
    }
  })();
  return {
    blows: () => blows,
    stop: async () => {
      stopped = true;
      await fighting;
    },
  };
}

const conditions = async (): Promise<readonly Condition[]> =>
  (await stand.api.get(`${BUDGETS}/fought`)).status.conditions;
const stalled = (found: readonly Condition[]) => found.find(({ type }) => type === 'Stalled');
const limitOf = async (name: string) =>
  (await stand.world.sql('SELECT limit_micro_usd FROM lattice_ai_budgets WHERE name = $1', [name]))[0]
    ?.limit_micro_usd;
const repairs = async () =>
  (await events(stand.world, ORG)).filter((event) => event.uid === uid && event.action === 'repair');

test('a row that is changed a hundred times a second is contested, damped, and ready when the fight is over', async () => {
  const fight = startFight();
  const found = await eventually('it is contested', conditions, (now) => stalled(now) !== undefined);
  expect(stalled(found)).toMatchObject({ status: 'True', reason: 'Contested' });
  expect(stalled(found)?.message).toContain('correct the row of lattice_ai_budgets: limit_micro_usd');
  expect(found.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'Contested' });

  // Another object is put right at once meanwhile.
  await stand.world.sql(`UPDATE lattice_ai_budgets SET limit_micro_usd = 5 WHERE name = 'quiet'`);
  await eventually(
    'the other is put right',
    () => limitOf('quiet'),
    (limit) => limit === '1000000',
  );

  await stand.controller.stop();
  await stand.controller.start();
  const before = (await repairs()).length;
  await eventually('it was put right once more', repairs, (now) => now.length > before);
  expect(stalled(await conditions())).toMatchObject({ reason: 'Contested' });
  const blows = fight.blows();
  await fight.stop();

  const told = await repairs();
  expect(blows).toBeGreaterThan(10 * told.length);
  expect(told.length).toBeLessThan(10);
  expect(told.at(-1)).toMatchObject({
    outcome: 'ok',
    reason: 'Contested',
    changed: ['lattice_ai_budgets.limit_micro_usd'],
  });

  await eventually('nothing is stalled any more', conditions, (now) => stalled(now) === undefined);
  expect(await limitOf('fought')).toBe('1000000');
  const { status } = await stand.api.ready(`${BUDGETS}/fought`);
  expect(status.repairs).toMatchObject({ count: (await repairs()).length });
  expect(await stand.world.sql('SELECT * FROM work WHERE object_uid = $1', [uid])).toEqual([]);
});

test('a client that changes an agent without pause: every answer is yes or stale, the last one wins, passes are fewer', async () => {
  const declared = await stand.api.get(AGENT);
  let version = declared.metadata.resourceVersion;
  const put = async (maxTurns: number, against: string) => {
    const spec = { ...declared.spec, limits: { maxTurns } };
    return await stand.api.send('PUT', AGENT, { metadata: {}, spec }, { 'if-match': `"${against}"` });
  };
  const CHANGES = 100;
  const stale: number[] = [];
  for (let count = 1; count <= CHANGES; count++) {
    const answer = await put(count, version);
    expect(answer.status).toBe(200);
    if (count % 10 === 0) stale.push((await put(999, version)).status);
    version = JSON.parse(answer.text).metadata.resourceVersion;
  }
  expect(new Set(stale)).toEqual(new Set([409]));
  const ready = await stand.api.ready(AGENT);
  expect([ready.metadata.generation, ready.spec]).toEqual([
    declared.metadata.generation + CHANGES,
    { ...declared.spec, limits: { maxTurns: CHANGES } },
  ]);
  expect(conditionOf(ready.status, 'Stalled')).toBeUndefined();
  expect(
    await stand.world.sql('SELECT max_turns, generation FROM lattice_agents WHERE uid = $1', [
      ready.metadata.uid,
    ]),
  ).toEqual([{ max_turns: String(CHANGES), generation: String(ready.metadata.generation) }]);
  const told = (await events(stand.world, ORG)).filter((event) => event.uid === ready.metadata.uid);
  expect(told.filter(({ action }) => action === 'update')).toHaveLength(CHANGES);
  const delivered = told.filter(({ phase, message }) => phase === 'intent' && message.includes('deliver'));
  expect(delivered.length).toBeLessThan(CHANGES);
  expect(new Set(delivered.map(({ generation }) => generation)).size).toBe(delivered.length);
});
