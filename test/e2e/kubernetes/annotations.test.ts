// What annotations of a resource ask of us, and how what depends on each other is deleted.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { apiOf } from '../../support/api.ts';
import { eventually } from '../../support/eventually.ts';
import { type Looks, looksAt } from './looks.ts';
import { NAMESPACE, ORG, resource, type Stand, startStand } from './stand.ts';

let stand: Stand;
let looks: Looks;

beforeAll(async () => {
  // No sweep comes to help: what is put right was asked for.
  stand = await startStand({ settings: { LATTICE_SWEEP_INTERVAL_MS: '3600000' } });
  looks = looksAt(stand);
});

afterAll(async () => {
  await stand?.stop();
});

const annotate = (what: string, ...annotations: string[]) =>
  stand.kubectl('annotate', what, '-n', NAMESPACE, '--overwrite', ...annotations);
const model = { provider: 'ollama', name: 'smollm2' };

test('a paused resource is left alone until it is resumed, its deletion too', async () => {
  await stand.apply(resource('Budget', 'paused', { limitMicroUsd: 1 }));
  await looks.wait('budget/paused');
  await annotate('budget/paused', 'lattice.dev/paused=true');
  await looks.told('budget', 'paused', 'Synced', 'Paused');
  await stand.kubectl(
    'patch',
    'budget',
    'paused',
    '-n',
    NAMESPACE,
    '--type=merge',
    '-p',
    '{"spec":{"limitMicroUsd":2}}',
  );
  await stand.kubectl('delete', 'budget', 'paused', '-n', NAMESPACE, '--wait=false');
  await eventually(
    'the deletion is told to wait',
    () => looks.told('budget', 'paused', 'Synced', 'Paused'),
    ({ message }) => message.includes('deletion'),
  );
  expect(await looks.limitOf('paused')).toBe(1);
  expect(await looks.actions('paused')).toEqual(['create', 'reconcile']);
  await annotate('budget/paused', 'lattice.dev/paused-');
  await looks.wait('budget/paused', 'delete');
  expect(await looks.objects('paused')).toEqual([]);
});

test('what changed during a pause is done when it ends', async () => {
  await stand.apply(
    resource('Budget', 'resumed', { limitMicroUsd: 1 }, { annotations: { 'lattice.dev/paused': 'true' } }),
  );
  await looks.told('budget', 'resumed', 'Synced', 'Paused');
  expect(await looks.objects('resumed')).toEqual([]);
  await stand.apply(resource('Budget', 'resumed', { limitMicroUsd: 7 }));
  await looks.wait('budget/resumed');
  expect(await looks.limitOf('resumed')).toBe(7);
});

test('a look that is asked for puts right what has drifted, and is told only when it is done', async () => {
  await stand.apply(resource('Budget', 'drifted', { limitMicroUsd: 4 }));
  await looks.wait('budget/drifted');
  await stand.fleet.world.sql(`UPDATE lattice_ai_budgets SET limit_micro_usd = 999 WHERE name = 'drifted'`);
  await annotate('budget/drifted', 'lattice.dev/reconcile-requested-at=first');
  await looks.wait('budget/drifted', 'jsonpath={.status.lastHandledReconcileAt}=first');
  expect(await looks.limitOf('drifted')).toBe(4);
  expect(await looks.actions('drifted')).toContain('repair');
  expect((await looks.get('budget', 'drifted')).metadata.generation).toBe(1);
});

test('what is orphaned stays and runs, and a new resource of its name takes it over', async () => {
  const manifest = resource('Agent', 'kept', { model });
  await stand.apply(manifest);
  await looks.wait('agent/kept');
  const [before] = await looks.objects('kept');
  const running = await stand.fleet.world.running(ORG);
  await annotate('agent/kept', 'lattice.dev/deletion-policy=Orphan');
  await stand.kubectl('delete', 'agent', 'kept', '-n', NAMESPACE, '--timeout=60s');
  expect(await looks.objects('kept')).toEqual([before]);
  expect(await stand.fleet.world.running(ORG)).toEqual(running);
  expect(await looks.actions('kept')).not.toContain('delete');
  const events = await looks.events('kept');
  expect(events).toContainEqual(expect.objectContaining({ type: 'Normal', reason: 'Orphaned' }));
  await stand.apply(manifest);
  await looks.wait('agent/kept');
  const [after] = await looks.objects('kept');
  const { uid } = (await looks.get('agent', 'kept')).metadata;
  expect(after).toMatchObject({ uid: before?.uid, owner_ref: uid });
  expect(await stand.fleet.world.running(ORG)).toEqual(running);
});

test('a deletion waits for what depends on it, names that, and ends once it goes', async () => {
  await stand.apply(resource('Budget', 'needed', {}));
  await stand.apply(resource('Agent', 'needing', { model, budget: 'needed' }));
  await looks.wait('agent/needing');
  await stand.kubectl('delete', 'budget', 'needed', '-n', NAMESPACE, '--wait=false');
  const { message } = await looks.told('budget', 'needed', 'Ready', 'DependentsExist');
  expect(message).toContain('needing');
  expect(await looks.objects('needed')).toHaveLength(1);
  await stand.kubectl('delete', 'agent', 'needing', '-n', NAMESPACE, '--timeout=60s');
  await looks.wait('budget/needed', 'delete');
  expect(await looks.objects('needed')).toEqual([]);
});

test('a namespace with what depends on each other is deleted, and ends', async () => {
  await stand.kubectl('create', 'namespace', 'brief');
  await stand.apply(
    resource('Org', 'brief', { namespaces: [{ cluster: stand.clusterId, namespace: 'brief' }] }),
  );
  const here = { namespace: 'brief' };
  const rules = [{ verbs: ['*'], kinds: ['*'] }];
  for (const manifest of [
    resource('Budget', 'root', {}, here),
    resource('Budget', 'leaf', { parent: 'root' }, here),
    resource('AgentRole', 'base', { rules }, here),
    resource('AgentRole', 'derived', { inherits: ['base'], rules }, here),
    resource(
      'AgentRoleBinding',
      'bound',
      { role: 'derived', subjects: [{ type: 'agent', name: 'worker' }] },
      here,
    ),
    resource('Agent', 'worker', { model, budget: 'leaf' }, here),
  ])
    await stand.apply(manifest);
  for (const what of ['agent/worker', 'agentrolebinding/bound', 'budget/leaf', 'agentrole/derived'])
    await looks.wait(what, 'condition=Ready', 'brief');
  expect(await stand.fleet.world.running('brief')).toHaveLength(1);
  await stand.kubectl('delete', 'namespace', 'brief', '--timeout=100s');
  const left = await stand.fleet.world.sql(
    `SELECT kind, name FROM objects WHERE org = 'brief' AND kind <> 'Org'`,
  );
  expect(left).toEqual([]);
  expect(await stand.fleet.world.running('brief')).toEqual([]);
});

test('kubectl lists all kinds as one category, with columns, and describes what happened', async () => {
  await stand.apply(resource('Budget', 'shown', { limitMicroUsd: 1 }));
  await stand.apply(resource('Agent', 'shown', { model, budget: 'absent' }));
  await looks.wait('budget/shown');
  await looks.told('agent', 'shown', 'Ready', 'ReferenceNotFound');
  const listed = await stand.kubectl('get', 'lattice', '-n', NAMESPACE);
  expect(listed).toMatch(/^budget\.lattice\.dev\/shown +True/m);
  expect(listed).toMatch(/^agent\.lattice\.dev\/shown +False/m);
  expect(listed).toMatch(/^org\.lattice\.dev\/acme/m);
  const [header, row] = (await stand.kubectl('get', 'agent', 'shown', '-n', NAMESPACE)).split('\n');
  expect(header).toMatch(/^NAME +READY +STATUS +MODEL +BUDGET +STATE +AGE/);
  expect(row).toMatch(/^shown +False +.*absent/);
  expect(await stand.kubectl('describe', 'agent', 'shown', '-n', NAMESPACE)).toMatch(
    /Events:.*Warning +ReferenceNotFound/s,
  );
  // What is told of a resource of the cluster stands in the namespace `default`, where kubectl finds it.
  await apiOf(stand.fleet.world.state).create('/v1/orgs', { metadata: { name: 'taken' } });
  await stand.apply(resource('Org', 'taken', {}));
  await looks.told('org', 'taken', 'Ready', 'AlreadyExists');
  expect(await stand.kubectl('describe', 'org', 'taken')).toMatch(/Events:.*Warning +AlreadyExists/s);
});

test('events tell changes alone, count what repeats, and hold nothing of a spec', async () => {
  const secret = 'planted-9f31c2';
  const metadata = { name: 'told', namespace: NAMESPACE };
  const spec = { model, instructions: secret, budget: 'flaky' };
  await stand.apply(resource('Agent', metadata.name, spec));
  await looks.told('agent', 'told', 'Ready', 'ReferenceNotFound');
  await stand.apply(resource('Budget', 'flaky', {}));
  await looks.wait('agent/told');
  await stand.apply(resource('Agent', metadata.name, { ...spec, budget: 'gone' }));
  await looks.told('agent', 'told', 'Ready', 'ReferenceNotFound');
  await stand.apply(resource('Agent', metadata.name, spec));
  await looks.wait('agent/told');
  const ofReady = (await looks.events('told')).filter(({ type }) => type === 'Normal');
  expect(ofReady).toHaveLength(1);
  expect(ofReady[0]?.count).toBe(2);
  await stand.kubectl('annotate', 'agent', 'told', '-n', NAMESPACE, 'lattice.dev/reconcile-requested-at=now');
  await looks.wait('agent/told', 'jsonpath={.status.lastHandledReconcileAt}=now');
  expect(await stand.kubectl('get', 'events', '-A', '-o', 'json')).not.toContain(secret);
  expect((await looks.events('told')).filter(({ type }) => type === 'Normal')[0]?.count).toBe(2);
});
