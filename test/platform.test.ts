// The platform's policies: pushed into org `system`, they hold for every org, and no tenant can weaken them. An environment
// of its own, since they would hold for every other test too.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Finding } from '../crds/findings.ts';
import { type Api, apiOf, problemOf } from './support/api.ts';
import { lattice } from './support/cli.ts';
import { type OwnController, startOwnController } from './support/controller.ts';
import { type Dev, removeFolder, startDevProcess } from './support/dev.ts';
import { openWorld, type World } from './support/world.ts';

let dev: Dev;
let world: World;
let api: Api;
let tenant: OwnController;

beforeAll(async () => {
  dev = await startDevProcess({ sweepIntervalMs: 60_000 });
  world = await openWorld(dev.state);
  api = apiOf(dev.state);
  tenant = await startOwnController(world, {
    tenant: { orgs: ['acme'], verbs: ['*'] },
    writer: { orgs: ['acme'], verbs: ['get', 'list', 'create', 'update'] },
  });
  await api.create('/v1/orgs', { metadata: { name: 'acme' } });
  const pushed = await lattice(dev.state, [
    'policy',
    'push',
    join(import.meta.dirname, '../policies/baseline'),
    '--org',
    'system',
  ]);
  expect(pushed).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await tenant.stop();
  await world.close();
  await dev.stop();
  await removeFolder(dev.folder);
});

const agent = (name: string, spec: object = {}) => ({
  kind: 'Agent',
  metadata: { org: 'acme', name },
  spec: { model: { provider: 'ollama', name: 'smollm2' }, ...spec },
});
const budget = (name: string, spec: object) => ({ kind: 'Budget', metadata: { org: 'acme', name }, spec });

async function plan(manifests: readonly object[], overlay: readonly object[] = []): Promise<Finding[]> {
  const apply = (manifest: object) => ({ action: 'apply', manifest });
  const answer = await api.send('POST', '/v1/plan', {
    changes: manifests.map(apply),
    overlay: overlay.map(apply),
  });
  expect(answer.status).toBe(200);
  return (JSON.parse(answer.text) as { changes: { findings: Finding[] }[] }).changes.flatMap(
    ({ findings }) => findings,
  );
}

test('a platform policy refuses in every org, on the field, with what to do', async () => {
  const [found, ...more] = await plan([agent('a')]);
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    code: 'PolicyViolation',
    level: 'error',
    rule: 'system:agent-budget/deny',
    pointer: '/spec/budget',
  });
  expect(found?.remedy).toMatch(/spec\.budget/);
  const refused = await api.send('POST', '/v1/orgs/acme/agents', agent('a'));
  expect(problemOf(refused).code).toBe('PolicyViolation');
});

test('a guardrail of the org decides which models pass', async () => {
  await api.create('/v1/orgs/acme/budgets', { metadata: { name: 'root' }, spec: { limitMicroUsd: 100 } });
  await api.create('/v1/orgs/acme/guardrails', {
    metadata: { name: 'models' },
    spec: { models: [{ provider: 'ollama', name: 'smollm2' }] },
  });
  expect(await plan([agent('b', { budget: 'root' })])).toEqual([]);
  const other = agent('b', { budget: 'root', model: { provider: 'openai', name: 'gpt-9' } });
  expect(await plan([other])).toMatchObject([{ rule: 'system:model-allowed/deny', level: 'error' }]);
});

test('the budgets of a whole plan add up, those laid over it included', async () => {
  const child = (name: string) => budget(name, { parent: 'root', limitMicroUsd: 60 });
  expect(await plan([child('one')])).toEqual([]);
  const together = [{ code: 'PolicyWarning', rule: 'system:budget-parent/warn_children' }];
  expect((await plan([child('one'), child('two')])).slice(0, 1)).toMatchObject(together);
  expect(await plan([child('two')], [child('one')])).toMatchObject(together);
});

test('a tenant can neither change nor take away what the platform holds it to', async () => {
  const inside = apiOf({ address: tenant.address, token: tenant.tokens.tenant ?? '' });
  for (const [method, path] of [
    ['GET', '/v1/orgs/system/policies/agent-budget'],
    ['DELETE', '/v1/orgs/system/policies/agent-budget'],
    ['POST', '/v1/orgs/system/policies'],
  ] as const) {
    const answer = await inside.send(
      method,
      path,
      method === 'POST' ? { metadata: { name: 'x' }, spec: { rego: 'package x' } } : undefined,
    );
    expect([answer.status, problemOf(answer).code]).toEqual([403, 'Forbidden']);
  }
  // A policy of the same name in the tenant's own org replaces nothing.
  const rego = 'package lattice.policy.agent_budget\n\ndeny contains "never" if false\n';
  await inside.create('/v1/orgs/acme/policies', { metadata: { name: 'agent-budget' }, spec: { rego } });
  const refused = await inside.send('POST', '/v1/orgs/acme/agents', agent('c'));
  expect(problemOf(refused).findings).toMatchObject([{ rule: 'system:agent-budget/deny' }]);
});

test('who may write but not override writes no waiver', async () => {
  const writer = apiOf({ address: tenant.address, token: tenant.tokens.writer ?? '' });
  const spec = {
    fingerprint: 'a'.repeat(64),
    approver: 'writer',
    reason: 'I may not say so',
    expiresAt: '2100-01-01T00:00:00Z',
  };
  const answer = await writer.send('POST', '/v1/orgs/acme/waivers', { metadata: { name: 'w' }, spec });
  expect([answer.status, problemOf(answer).code]).toEqual([403, 'Forbidden']);
  expect(problemOf(answer).detail).toContain('override');
  expect(await world.sql(`SELECT * FROM objects WHERE kind = 'Waiver'`)).toEqual([]);
});
