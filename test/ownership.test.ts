// One object has one owner; a stale or repeated write does no harm; a credential reaches what it names, and a denial of a
// real write stands in the ledger.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Api, apiOf, problemOf } from './support/api.ts';
import { lattice } from './support/cli.ts';
import { type OwnController, startOwnController } from './support/controller.ts';
import { events } from './support/ledger.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let controller: OwnController;
let org: string;
let other: string;
let terraform: Api;
let person: Api;

beforeAll(async () => {
  world = await sharedWorld();
  org = uniqueName('own');
  other = uniqueName('other');
  controller = await startOwnController(world, {
    admin: { orgs: ['*'], verbs: ['*'], managers: ['terraform'] },
    tenant: { orgs: [org], verbs: ['get', 'list', 'create', 'update'] },
    reader: { orgs: [org], verbs: ['get', 'list', 'audit'] },
  });
  terraform = apiOf(as('admin'), 'terraform/prod');
  person = apiOf(as('admin'));
  for (const name of [org, other]) await person.create('/v1/orgs', { metadata: { name } });
});

afterAll(async () => {
  await controller.stop();
  await world.close();
});

const as = (name: string) => ({ address: controller.address, token: controller.tokens[name] ?? '' });
const budgets = () => `/v1/orgs/${org}/budgets`;
const budget = (name: string, spec: object = {}) => ({ metadata: { name }, spec });
const ifMatch = (version: string) => ({ 'if-match': `"${version}"` });

test('a create that meets an object says who owns it and how to take it', async () => {
  await terraform.create(budgets(), budget('taken'));
  const fromApi = problemOf(await person.send('POST', budgets(), budget('taken')));
  expect(fromApi.code).toBe('AlreadyExists');
  expect(fromApi.detail).toContain(`owned by terraform/prod`);
  expect(fromApi.detail).toContain(`lattice adopt budget ${org}/taken --owner api/admin`);
  const fromTerraform = problemOf(await terraform.send('POST', budgets(), budget('taken')));
  expect(fromTerraform.detail).toContain(`terraform import lattice_budget.NAME ${org}/taken`);
  expect(fromTerraform.detail).not.toContain('lattice adopt');
});

test('another owner can neither change nor delete it; the denial is in the ledger', async () => {
  const made = await terraform.create(budgets(), budget('mine', { limitMicroUsd: 5 }));
  const change = await person.send(
    'PUT',
    `${budgets()}/mine`,
    budget('mine', { limitMicroUsd: 6 }),
    ifMatch(made.metadata.resourceVersion),
  );
  expect([change.status, problemOf(change).code]).toEqual([409, 'OwnedByAnother']);
  expect(problemOf(change).detail).toContain('owned by terraform/prod');
  const removal = await person.send('DELETE', `${budgets()}/mine`);
  expect([removal.status, problemOf(removal).code]).toEqual([409, 'OwnedByAnother']);
  const anotherInstance = await apiOf(as('admin'), 'terraform/staging').send('DELETE', `${budgets()}/mine`);
  expect(problemOf(anotherInstance).code).toBe('OwnedByAnother');
  expect(await person.get(`${budgets()}/mine`)).toMatchObject({
    spec: { limitMicroUsd: 5 },
    metadata: { generation: 1 },
  });
  const denials = (await events(world, org)).filter(
    (event) => event.action === 'deny' && event.name === 'mine',
  );
  expect(denials.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['denied', 'OwnedByAnother'],
    ['denied', 'OwnedByAnother'],
    ['denied', 'OwnedByAnother'],
  ]);
});

test('adopt moves the ownership and nothing else', async () => {
  const made = await terraform.create(budgets(), budget('moved', { limitMicroUsd: 5 }));
  const ran = await lattice(as('admin'), ['adopt', 'budget', `${org}/moved`]);
  expect(ran).toMatchObject({ code: 0, stdout: `budget ${org}/moved is now owned by api/admin\n` });
  const after = await person.get(`${budgets()}/moved`);
  expect(after.metadata).toMatchObject({
    uid: made.metadata.uid,
    generation: 1,
    owner: { manager: 'api', instance: 'admin' },
  });
  const stale = await terraform.send(
    'PUT',
    `${budgets()}/moved`,
    budget('moved'),
    ifMatch(after.metadata.resourceVersion),
  );
  expect(problemOf(stale).code).toBe('OwnedByAnother');
});

test('a write for a version that is gone is refused and changes nothing', async () => {
  const first = await person.create(budgets(), budget('versioned', { limitMicroUsd: 1 }));
  const second = await person.send(
    'PUT',
    `${budgets()}/versioned`,
    budget('versioned', { limitMicroUsd: 2 }),
    ifMatch(first.metadata.resourceVersion),
  );
  expect(second.status).toBe(200);
  const stale = await person.send(
    'PUT',
    `${budgets()}/versioned`,
    budget('versioned', { limitMicroUsd: 3 }),
    ifMatch(first.metadata.resourceVersion),
  );
  expect([stale.status, problemOf(stale).code]).toEqual([409, 'StaleResourceVersion']);
  const staleDelete = await person.send(
    'DELETE',
    `${budgets()}/versioned`,
    undefined,
    ifMatch(first.metadata.resourceVersion),
  );
  expect(problemOf(staleDelete).code).toBe('StaleResourceVersion');
  const blind = await person.send('PUT', `${budgets()}/versioned`, budget('versioned', { limitMicroUsd: 3 }));
  expect([blind.status, problemOf(blind).code]).toEqual([428, 'ResourceVersionRequired']);
  expect(await person.get(`${budgets()}/versioned`)).toMatchObject({
    spec: { limitMicroUsd: 2 },
    metadata: { generation: 2 },
  });
});

test('of ten updates for one version exactly one wins', async () => {
  const { metadata } = await person.create(budgets(), budget('raced', { limitMicroUsd: 1 }));
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      person.send(
        'PUT',
        `${budgets()}/raced`,
        budget('raced', { limitMicroUsd: 100 + index }),
        ifMatch(metadata.resourceVersion),
      ),
    ),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  expect((await person.get(`${budgets()}/raced`)).metadata.generation).toBe(2);
});

test('of ten creates of one name exactly one wins, and repeats with its key get the same object', async () => {
  const creates = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      person.send('POST', budgets(), budget('once'), { 'idempotency-key': `key-${index}` }),
    ),
  );
  const winner = creates.findIndex(({ status }) => status === 201);
  expect(creates.filter(({ status }) => status === 409)).toHaveLength(9);
  const repeat = await person.send('POST', budgets(), budget('once'), { 'idempotency-key': `key-${winner}` });
  expect(repeat.status).toBe(200);
  expect(JSON.parse(repeat.text).metadata.uid).toBe(JSON.parse(creates[winner]?.text ?? '{}').metadata.uid);
  expect(
    (await events(world, org)).filter((event) => event.name === 'once' && event.action === 'create'),
  ).toHaveLength(1);
});

test('an update that changes nothing writes nothing', async () => {
  const before = await person.create(budgets(), budget('same', { limitMicroUsd: 1 }));
  await person.ready(`${budgets()}/same`);
  const count = (await events(world, org)).length;
  const answer = await person.send(
    'PUT',
    `${budgets()}/same`,
    budget('same', { limitMicroUsd: 1 }),
    ifMatch(before.metadata.resourceVersion),
  );
  expect(JSON.parse(answer.text).metadata).toMatchObject({
    generation: 1,
    resourceVersion: before.metadata.resourceVersion,
  });
  expect((await events(world, org)).length).toBe(count);
});

test('a change of labels is no new generation', async () => {
  const before = await person.create(budgets(), budget('labelled'));
  const labels = { metadata: { name: 'labelled', labels: { team: 'core' } }, spec: {} };
  const answer = await person.send(
    'PUT',
    `${budgets()}/labelled`,
    labels,
    ifMatch(before.metadata.resourceVersion),
  );
  expect(JSON.parse(answer.text).metadata).toMatchObject({ generation: 1, labels: { team: 'core' } });
});

test.each([
  ['no token', undefined],
  ['a wrong token', 'Bearer wrong'],
  ['an empty token', 'Bearer '],
  ['another scheme', 'Basic abc'],
])('%s is refused', async (_what, authorization) => {
  const response = await fetch(new URL(budgets(), controller.address), {
    headers: authorization ? { authorization } : {},
  });
  expect(response.status).toBe(401);
  expect(JSON.parse(await response.text())).toMatchObject({ code: 'Unauthenticated' });
});

test('a token reaches its own orgs only, for reading, writing and lists', async () => {
  const tenant = apiOf(as('tenant'));
  await tenant.create(budgets(), budget('tenants'));
  const foreign = `/v1/orgs/${other}/budgets`;
  for (const answer of [
    await tenant.send('GET', foreign),
    await tenant.send('GET', `/v1/orgs/${other}`),
    await tenant.send('POST', foreign, budget('x')),
    await tenant.send('POST', '/v1/orgs', { metadata: { name: uniqueName('new') } }),
    await tenant.send('DELETE', `${budgets()}/tenants`),
    await tenant.send('POST', `${budgets()}/tenants/adopt`),
    await tenant.send('GET', '/v1/audit/chains'),
  ])
    expect([answer.status, problemOf(answer).code]).toEqual([403, 'Forbidden']);
  const { items } = JSON.parse((await tenant.send('GET', '/v1/orgs')).text);
  expect(items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([org]);
  expect((await events(world, other)).filter((event) => event.action === 'deny')).toMatchObject([
    { actor: { type: 'token', id: 'tenant' }, name: 'x', reason: 'Forbidden' },
  ]);
});

test('a dry run finds the same refusals', async () => {
  const plan = async (api: Api, manifest: object, action = 'apply') => {
    const answer = await api.send('POST', '/v1/plan', { changes: [{ action, manifest }] });
    return (
      JSON.parse(answer.text) as { changes: { findings: { code: string }[] }[] }
    ).changes[0]?.findings.map(({ code }) => code);
  };
  const mine = { kind: 'Budget', metadata: { org, name: 'mine' }, spec: { limitMicroUsd: 7 } };
  expect(await plan(person, mine)).toEqual(['OwnedByAnother']);
  expect(await plan(person, mine, 'create')).toEqual(['AlreadyExists']);
  expect(await plan(person, mine, 'delete')).toEqual(['OwnedByAnother']);
  expect(await plan(apiOf(as('tenant')), { ...mine, metadata: { org: other, name: 'x' } })).toEqual([
    'Forbidden',
  ]);
  expect(await plan(terraform, mine)).toEqual([]);
});

test('who may not claim a manager is refused', async () => {
  const claimed = await apiOf(as('tenant'), 'terraform/prod').send('POST', budgets(), budget('claimed'));
  expect([claimed.status, problemOf(claimed).code]).toEqual([403, 'Forbidden']);
  const odd = await apiOf(as('admin'), 'nobody').send('POST', budgets(), budget('claimed'));
  expect([odd.status, problemOf(odd).code]).toEqual([400, 'InvalidRequest']);
});

test('an auditor of one org reads its chain and not the system chain', async () => {
  const reader = apiOf(as('reader'));
  const { items } = JSON.parse((await reader.send('GET', '/v1/audit/chains')).text);
  expect(items.map((item: { org: string }) => item.org)).toEqual([org]);
  expect((await reader.send('GET', `/v1/audit/chains/${items[0].chain}`)).status).toBe(200);
  expect((await reader.send('GET', '/v1/audit/chains/system')).status).toBe(403);
});
