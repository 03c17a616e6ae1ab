// Holds on real servers: an agent waits while it is held, whatever is declared of it, and nothing that is declared moves by that.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AgentState } from '../crds/agent-workflow.ts';
import { namespaceOf, STATE, workflowIdOf } from '../crds/agent-workflow.ts';
import { conditionOf } from '../crds/api.ts';
import { holdListSchema, holdSchema } from '../crds/hold.ts';
import { type Answer, type Api, apiOf, problemOf } from './support/api.ts';
import { lattice } from './support/cli.ts';
import { type OwnController, startOwnController } from './support/controller.ts';
import { eventually } from './support/eventually.ts';
import { events } from './support/ledger.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let limited: OwnController;
let api: Api;
let org: string;

beforeAll(async () => {
  world = await sharedWorld();
  api = apiOf(world.state);
  org = uniqueName('holds');
  await api.create('/v1/orgs', { metadata: { name: org } });
  await api.create(`/v1/orgs/${org}/budgets`, { metadata: { name: 'root' }, spec: {} });
  limited = await startOwnController(world, {
    reader: { orgs: [org], verbs: ['get'] },
    pauser: { orgs: [org], verbs: ['pause'] },
    stranger: { orgs: ['elsewhere'], verbs: ['*'] },
  });
});

afterAll(async () => {
  await limited.stop();
  await world.close();
});

async function newAgent(name: string): Promise<{ path: string; uid: string }> {
  const spec = { model: { provider: 'ollama', name: 'smollm2' }, budget: 'root' };
  const { uid } = (await api.create(`/v1/orgs/${org}/agents`, { metadata: { name }, spec })).metadata;
  const path = `/v1/orgs/${org}/agents/${name}`;
  await api.ready(path);
  return { path, uid };
}

const workflow = (uid: string) =>
  world.temporal(namespaceOf(org)).workflow.getHandle<() => Promise<AgentState>>(workflowIdOf(uid));
const effective = async (uid: string) => (await workflow(uid).query<AgentState>(STATE)).effectiveState;
const untilState = (uid: string, state: string) =>
  eventually(
    `the workflow is ${state}`,
    () => effective(uid),
    (seen) => seen === state,
  );
const place = async (path: string, body: object, mode = 'pause') =>
  await api.send('PUT', `${path}/holds/${mode}`, body);
const told = async (uid: string) =>
  (await events(world, org))
    .filter((event) => event.uid === uid && ['hold', 'release', 'repair'].includes(event.action))
    .map(({ action, actor, reason }) => `${action} by ${actor.id}: ${reason}`);
const ready = async (path: string, reason: string) =>
  await eventually(
    `${path} is ready as ${reason}`,
    () => api.get(path),
    ({ status }) =>
      conditionOf(status, 'Ready')?.status === 'True' && conditionOf(status, 'Ready')?.reason === reason,
  );
const secondsFromNow = async (seconds: number): Promise<string> => {
  const [row] = await world.sql(`SELECT now() + $1 * interval '1 second' AS at`, [seconds]);
  return row?.at instanceof Date ? row.at.toISOString() : '';
};

test('a held agent waits and says so, a lifted one works, and what is declared has not moved', async () => {
  const { path, uid } = await newAgent('waits');
  const before = await api.get(path);
  const placed = await place(path, { reason: 'too loud' });
  expect([placed.status, holdSchema.parse(JSON.parse(placed.text))]).toMatchObject([
    200,
    { mode: 'pause', actor: 'dev', reason: 'too loud' },
  ]);
  await untilState(uid, 'paused');
  const held = await ready(path, 'Paused');
  expect(held.metadata).toEqual(before.metadata);
  expect(held.spec).toEqual(before.spec);
  expect(held.status.hold).toEqual(JSON.parse(placed.text));
  expect(conditionOf(held.status, 'Ready')?.message).toContain('too loud');
  const listed = await api.send('GET', `${path}/holds`);
  expect(holdListSchema.parse(JSON.parse(listed.text)).items).toEqual([held.status.hold]);

  const lifted = await api.send('DELETE', `${path}/holds/pause`);
  expect([lifted.status, JSON.parse(lifted.text)]).toEqual([200, held.status.hold]);
  await untilState(uid, 'running');
  const after = await ready(path, 'Running');
  expect(after.metadata).toEqual(before.metadata);
  expect(after.status).not.toHaveProperty('hold');
  expect(problemOf(await api.send('DELETE', `${path}/holds/pause`)).code).toBe('NotFound');
  expect(await told(uid)).toEqual(['hold by dev: Admitted', 'release by dev: Admitted']);
});

test('the same hold again is no news; another reason is, and the status tells it', async () => {
  const { path, uid } = await newAgent('again');
  const [first, again] = [await place(path, { reason: 'a' }), await place(path, { reason: 'a' })];
  expect(again).toMatchObject({ status: 200, text: first.text });
  await place(path, { reason: 'b', expiresAt: '2100-01-01T00:00:00+02:00' });
  await eventually(
    'the status has the new reason',
    () => api.get(path),
    ({ status }) => status.hold?.reason === 'b' && status.hold.expiresAt === '2099-12-31T22:00:00.000Z',
  );
  expect(await told(uid)).toEqual(['hold by dev: Admitted', 'hold by dev: Admitted']);
});

test('a hold ends by itself at its time, and the ledger says that nobody ended it', async () => {
  const { path, uid } = await newAgent('expires');
  await place(path, { reason: 'for a moment', expiresAt: await secondsFromNow(4) });
  await untilState(uid, 'paused');
  await untilState(uid, 'running');
  await ready(path, 'Running');
  expect(await world.sql('SELECT * FROM agent_holds WHERE object_uid = $1', [uid])).toEqual([]);
  expect(await told(uid)).toEqual(['hold by dev: Admitted', 'release by controller: Expired']);
});

test('sweeps leave a held agent alone, put it right where it drifted, and holds are no fight', async () => {
  const { path, uid } = await newAgent('swept');
  for (let round = 0; round < 6; round++) {
    await place(path, { reason: `round ${round}` });
    await untilState(uid, 'paused');
    await api.send('DELETE', `${path}/holds/pause`);
    await untilState(uid, 'running');
  }
  expect((await ready(path, 'Running')).status).not.toHaveProperty('repairs');
  await place(path, { reason: 'long', expiresAt: await secondsFromNow(3600) });
  await ready(path, 'Paused');
  const { runId } = await workflow(uid).describe();
  await workflow(uid).terminate('tampering');
  await eventually(
    'another run is there',
    () => workflow(uid).describe(),
    (found) => found.status.name === 'RUNNING' && found.runId !== runId,
  );
  // It starts held: no moment in which it would have taken a turn.
  expect(await effective(uid)).toBe('paused');
  await ready(path, 'Paused');
  expect((await told(uid)).filter((line) => line.startsWith('repair')).length).toBeGreaterThan(0);
});

test('a halted agent has no workflow until it is released, also where it is paused as well', async () => {
  const { path, uid } = await newAgent('halted');
  await place(path, { reason: 'stop it' }, 'halt');
  await place(path, { reason: 'and wait' });
  await eventually(
    'the workflow has ended',
    () => workflow(uid).describe(),
    (found) => found.status.name === 'COMPLETED',
  );
  expect((await ready(path, 'Stopped')).status.hold).toMatchObject({ mode: 'halt', reason: 'stop it' });
  await api.send('DELETE', `${path}/holds/halt`);
  await eventually(
    'it runs again',
    () => workflow(uid).describe(),
    (found) => found.status.name === 'RUNNING',
  );
  await untilState(uid, 'paused');
  expect((await ready(path, 'Paused')).status.hold).toMatchObject({ mode: 'pause' });
  expect((await ready(path, 'Paused')).status).not.toHaveProperty('repairs');
});

test('a change of the spec does not lift a hold', async () => {
  const { path, uid } = await newAgent('changed');
  await place(path, { reason: 'wait' });
  await ready(path, 'Paused');
  const { metadata, spec } = await api.get(path);
  const changed = { metadata: { name: 'changed' }, spec: { ...spec, instructions: 'go on' } };
  await api.send('PUT', path, changed, { 'if-match': `"${metadata.resourceVersion}"` });
  await eventually(
    'the workflow has the new generation',
    () => workflow(uid).query<AgentState>(STATE),
    (state) => state.generation === 2 && state.effectiveState === 'paused',
  );
});

test('an agent that goes takes its holds with it', async () => {
  const { path, uid } = await newAgent('goes');
  await place(path, { reason: 'wait' });
  await untilState(uid, 'paused');
  await api.send('DELETE', path);
  await api.gone(path);
  expect(await world.sql('SELECT * FROM agent_holds WHERE object_uid = $1', [uid])).toEqual([]);
});

test('what cannot be is refused by the field, and leaves nothing', async () => {
  const { path, uid } = await newAgent('refused');
  const secret = 'not-to-be-repeated';
  const code = (answer: Answer) => {
    expect(answer.text).not.toContain(secret);
    const { code: found, findings } = problemOf(answer);
    return [found, ...findings.map(({ pointer }) => pointer)].join(' ');
  };
  expect(code(await place(path, {}))).toBe('MissingField /reason');
  expect(code(await place(path, { reason: '' }))).toBe('InvalidValue /reason');
  expect(code(await place(path, { reason: 'a', until: secret }))).toBe('UnknownField /until');
  expect(code(await place(path, { reason: 'a', expiresAt: secret }))).toBe('InvalidValue /expiresAt');
  expect(code(await place(path, { reason: 'a', expiresAt: '2001-01-01T00:00:00Z' }))).toBe(
    'InvalidValue /expiresAt',
  );
  expect(code(await place(path, { reason: 'a' }, secret))).toBe('InvalidRequest');
  for (const missing of [`/v1/orgs/${org}/agents/none`, '/v1/orgs/no-such-org/agents/waits']) {
    expect(code(await place(missing, { reason: 'a' }))).toBe('NotFound');
    expect(code(await api.send('GET', `${missing}/holds`))).toBe('NotFound');
    expect(code(await api.send('DELETE', `${missing}/holds/pause`))).toBe('NotFound');
  }
  expect(await world.sql('SELECT * FROM agent_holds WHERE object_uid = $1', [uid])).toEqual([]);
  expect(await told(uid)).toEqual([]);
});

test('the mode is the verb: a token holds only as it may, and a denial stands on the ledger', async () => {
  const { path } = await newAgent('guarded');
  const as = (name: string) => apiOf({ address: limited.address, token: limited.tokens[name] ?? '' });
  const hold = (name: string, mode: string) =>
    as(name).send('PUT', `${path}/holds/${mode}`, { reason: 'mine' });
  expect((await hold('pauser', 'pause')).status).toBe(200);
  expect(problemOf(await hold('pauser', 'halt')).code).toBe('Forbidden');
  expect(problemOf(await hold('reader', 'pause')).code).toBe('Forbidden');
  expect(problemOf(await hold('stranger', 'pause')).code).toBe('Forbidden');
  expect(problemOf(await as('pauser').send('GET', `${path}/holds`)).code).toBe('Forbidden');
  expect((await as('reader').send('GET', `${path}/holds`)).status).toBe(200);
  expect(problemOf(await as('reader').send('DELETE', `${path}/holds/pause`)).code).toBe('Forbidden');
  expect((await as('pauser').send('DELETE', `${path}/holds/pause`)).status).toBe(200);
  const denied = (await events(world, org)).filter(
    ({ action, name }) => action === 'deny' && name === 'guarded',
  );
  expect(denied.map(({ actor }) => actor.id)).toEqual(['pauser', 'reader', 'stranger', 'reader']);
});

test('lattice agent hold, holds and release', async () => {
  const { path, uid } = await newAgent('typed');
  const run = (...args: string[]) => lattice(world.state, ['agent', ...args]);
  expect((await run('hold', `${org}/typed`)).stderr).toContain('--reason');
  const expires = '2100-01-01T00:00:00Z';
  expect(await run('hold', `${org}/typed`, '--reason', 'by hand', '--expires', expires)).toMatchObject({
    code: 0,
    stdout: `holding agent ${org}/typed (pause) until 2100-01-01T00:00:00.000Z\n`,
  });
  await untilState(uid, 'paused');
  expect((await run('holds', `${org}/typed`)).stdout).toMatch(
    /^MODE\s+ACTOR\s+SINCE\s+UNTIL\s+REASON\npause\s+dev\s+\S+\s+2100-01-01T00:00:00.000Z\s+by hand\n$/,
  );
  expect(await run('release', `${org}/typed`)).toMatchObject({
    code: 0,
    stdout: `released agent ${org}/typed (pause)\n`,
  });
  await untilState(uid, 'running');
  await ready(path, 'Running');
  expect(await run('release', `${org}/typed`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has no hold'),
  });
});
