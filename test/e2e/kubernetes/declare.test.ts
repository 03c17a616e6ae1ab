// What a user of a cluster does with kubectl, and what becomes of it.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CustomResource, resourceSchema } from '../../../controller/kubernetes/api/resource.ts';
import { eventually } from '../../support/eventually.ts';
import { NAMESPACE, ORG, resource, type Stand, startStand } from './stand.ts';

let stand: Stand;

beforeAll(async () => {
  stand = await startStand();
});

afterAll(async () => {
  await stand?.stop();
});

const get = async (kind: string, name: string): Promise<CustomResource> =>
  resourceSchema.parse(JSON.parse(await stand.kubectl('get', kind, name, '-n', NAMESPACE, '-o', 'json')));
const wait = (what: string, condition = 'condition=Ready', namespace = NAMESPACE) =>
  stand.kubectl('wait', what, '-n', namespace, `--for=${condition}`, '--timeout=60s');
const objects = (name: string) =>
  stand.fleet.world.sql(
    'SELECT kind, org, name, owner_manager, owner_instance, owner_ref, spec FROM objects WHERE name = $1',
    [name],
  );

test('an agent with its budget is declared by kubectl, runs, is changed and deleted', async () => {
  // In the wrong order: the agent waits for its budget.
  await stand.apply(
    resource('Agent', 'triage', { model: { provider: 'ollama', name: 'smollm2' }, budget: 'team' }),
  );
  await wait('agent/triage', 'condition=Synced=false');
  expect((await get('agent', 'triage')).status).toMatchObject({
    observedGeneration: 1,
    conditions: expect.arrayContaining([
      expect.objectContaining({
        type: 'Ready',
        status: 'False',
        reason: 'ReferenceNotFound',
        field: '/spec/budget',
      }),
    ]),
  });
  await stand.apply(resource('Budget', 'team', { limitMicroUsd: 1_000_000 }));
  await wait('budget/team');
  await wait('agent/triage');
  const agent = await get('agent', 'triage');
  const [row] = await objects('triage');
  expect(row).toMatchObject({
    org: ORG,
    owner_manager: 'kubernetes',
    owner_instance: stand.clusterId,
    owner_ref: agent.metadata.uid,
  });
  await stand.apply(resource('Budget', 'team', { limitMicroUsd: 2_000_000 }));
  await wait('budget/team');
  const [changed] = await stand.fleet.world.sql(
    'SELECT limit_micro_usd::int AS limit FROM lattice_ai_budgets WHERE name = $1',
    ['team'],
  );
  expect(changed).toEqual({ limit: 2_000_000 });
  await stand.kubectl('delete', 'agent/triage', 'budget/team', '-n', NAMESPACE, '--timeout=60s');
  expect(await objects('triage')).toEqual([]);
  expect(await objects('team')).toEqual([]);
});

test('a namespace that no org lists is refused in the status, and taken once it is listed', async () => {
  await stand.kubectl('create', 'namespace', 'stray');
  await stand.apply(resource('Budget', 'lost', {}, { namespace: 'stray' }));
  await wait('budget/lost', 'condition=Stalled', 'stray');
  const columns = await stand.kubectl('get', 'budget', 'lost', '-n', 'stray');
  expect(columns).toContain('no org lists namespace "stray"');
  await stand.apply(
    resource('Org', 'strays', { namespaces: [{ cluster: stand.clusterId, namespace: 'stray' }] }),
  );
  await wait('budget/lost', 'condition=Ready', 'stray');
  await stand.kubectl('delete', 'namespace', 'stray', '--timeout=60s');
  expect(await objects('lost')).toEqual([]);
});

test('a status says nothing new at rest', async () => {
  await stand.apply(resource('Budget', 'calm', {}));
  await wait('budget/calm');
  const before = (await get('budget', 'calm')).metadata;
  await stand.apply(resource('Budget', 'other', {}));
  await wait('budget/other');
  const after = (await get('budget', 'calm')).metadata;
  expect(after.resourceVersion).toBe(before.resourceVersion);
  await eventually(
    'nothing is left to do',
    () => stand.fleet.world.sql('SELECT FROM work'),
    (rows) => rows.length === 0,
  );
});

test('a Secret is looked for in the namespace of the resource, and its value goes nowhere', async () => {
  const planted = 'sk-planted-0123456789';
  await stand.apply(
    resource('ModelProvider', 'openai', {
      type: 'openai',
      apiKey: { kubernetes: { name: 'openai', key: 'api-key' } },
    }),
  );
  await wait('modelprovider/openai', 'condition=Synced=false');
  expect(await stand.kubectl('get', 'modelprovider', 'openai', '-n', NAMESPACE)).toContain(
    `Secret ${NAMESPACE}/openai does not exist`,
  );
  await stand.kubectl(
    'create',
    'secret',
    'generic',
    'openai',
    '-n',
    NAMESPACE,
    `--from-literal=api-key=${planted}`,
  );
  await wait('modelprovider/openai');
  const { fleet } = stand;
  const everywhere = [
    JSON.stringify(await fleet.world.sql('SELECT spec, status FROM objects')),
    JSON.stringify(await fleet.world.sql(`SELECT convert_from(bytes, 'UTF8') FROM audit_event`)),
    JSON.stringify(await fleet.world.sql(`SELECT convert_from(diff, 'UTF8') FROM audit_diff`)),
    await stand.kubectl('get', 'modelproviders,events', '-n', NAMESPACE, '-o', 'yaml'),
    ...fleet.controllers.map((controller) => controller.log()),
  ];
  for (const text of everywhere) expect(text).not.toContain(planted);
});
