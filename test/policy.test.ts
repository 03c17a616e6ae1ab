// Policies decide at plan time and at write, with the same words; waivers let a finding pass and stand in the ledger.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { conditionOf } from '../crds/api.ts';
import type { Finding } from '../crds/findings.ts';
import { type Api, apiOf, problemOf } from './support/api.ts';
import { events } from './support/ledger.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let api: Api;
let org: string;

beforeAll(async () => {
  world = await sharedWorld();
  api = apiOf(world.state);
  org = uniqueName('policy');
  await api.create('/v1/orgs', { metadata: { name: org } });
});

afterAll(async () => {
  await world.close();
});

/** A policy that says something of every agent for which the condition holds. */
const rego = (
  name: string,
  condition: string,
  rule = 'deny',
): string => `package lattice.policy.${name.replaceAll('-', '_')}

${rule} contains finding if {
  some change in input.changes
  change.kind == "Agent"
  change.after
  ${condition}
  finding := {"object": change, "pointer": "/spec/model/name", "message": "this model is not for us"}
}
`;

const declare = (name: string, spec: object) =>
  api.create(`/v1/orgs/${org}/policies`, { metadata: { name }, spec });
const agent = (name: string, model: string) => ({
  metadata: { name },
  spec: { model: { provider: 'ollama', name: model } },
});
const plan = async (manifest: object, unknown: string[] = []): Promise<Finding[]> => {
  const change = { action: 'apply', manifest: { kind: 'Agent', ...manifest }, unknown };
  const answer = await api.send('POST', '/v1/plan', { changes: [change] });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text).changes[0].findings;
};
const inOrg = (manifest: { metadata: object }) => ({ ...manifest, metadata: { org, ...manifest.metadata } });

test('a hard-mandatory policy refuses at plan and at write with its own words, on the field, and the denial is in the ledger', async () => {
  await declare('no-gpt', { rego: rego('no-gpt', 'startswith(change.after.spec.model.name, "gpt")') });
  const said = await plan(inOrg(agent('a', 'gpt-1')));
  expect(said).toMatchObject([
    {
      code: 'PolicyViolation',
      level: 'error',
      pointer: '/spec/model/name',
      message: 'this model is not for us',
    },
  ]);
  const refused = await api.send('POST', `/v1/orgs/${org}/agents`, agent('a', 'gpt-1'));
  expect([refused.status, problemOf(refused).code]).toEqual([422, 'PolicyViolation']);
  expect(problemOf(refused).findings).toMatchObject([
    { fingerprint: said[0]?.fingerprint, rule: `${org}:no-gpt/deny` },
  ]);
  expect(await world.sql(`SELECT * FROM objects WHERE org = $1 AND kind = 'Agent'`, [org])).toEqual([]);
  const denial = (await events(world, org)).find((event) => event.action === 'deny');
  expect(denial).toMatchObject({
    reason: 'PolicyViolation',
    name: 'a',
    policy: {
      digests: [expect.stringMatching(/^[0-9a-f]{64}$/)],
      findings: [{ rule: `${org}:no-gpt/deny`, waiver: null }],
    },
  });
  expect(await plan(inOrg(agent('a', 'smollm2')))).toEqual([]);
});

test('an advisory policy warns and refuses nothing', async () => {
  const spec = {
    enforcement: 'advisory',
    rego: rego('small-is-fine', 'startswith(change.after.spec.model.name, "big")'),
  };
  await declare('small-is-fine', spec);
  expect(await plan(inOrg(agent('b', 'big-1')))).toMatchObject([{ code: 'PolicyWarning', level: 'warning' }]);
  await api.create(`/v1/orgs/${org}/agents`, agent('b', 'big-1'));
});

test('a rule that reads what is not known yet is deferred, neither passed nor failed', async () => {
  const manifest = { metadata: { org, name: 'c' }, spec: { model: { provider: 'ollama' } } };
  const said = await plan(manifest, ['/spec/model/name']);
  expect(said.map(({ code }) => code)).toContain('PolicyDeferred');
  expect(said.filter(({ level }) => level === 'error')).toEqual([]);
});

test('a waiver lets one soft-mandatory finding pass, until it expires, and its use is an override in the ledger', async () => {
  await declare('no-old', {
    enforcement: 'soft-mandatory',
    rego: rego('no-old', 'startswith(change.after.spec.model.name, "old")'),
  });
  const [found] = await plan(inOrg(agent('d', 'old-1')));
  expect(found).toMatchObject({ code: 'PolicyViolation', level: 'error' });
  const waiver = {
    fingerprint: found?.fingerprint,
    approver: 'dev',
    reason: 'until the migration is done',
    expiresAt: '2100-01-01T00:00:00Z',
  };
  await api.create(`/v1/orgs/${org}/waivers`, { metadata: { name: 'migration' }, spec: waiver });
  expect(await plan(inOrg(agent('d', 'old-1')))).toMatchObject([{ code: 'PolicyWaived', level: 'warning' }]);
  await api.create(`/v1/orgs/${org}/agents`, agent('d', 'old-1'));
  const override = (await events(world, org)).find((event) => event.action === 'override');
  expect(override).toMatchObject({
    name: 'd',
    reason: 'PolicyWaived',
    actor: { id: 'dev' },
    message: expect.stringContaining('waiver migration'),
  });
  // Another object's finding is another finding.
  expect(await plan(inOrg(agent('e', 'old-1')))).toMatchObject([{ code: 'PolicyViolation' }]);

  const { metadata } = await api.get(`/v1/orgs/${org}/waivers/migration`);
  const expired = { metadata: {}, spec: { ...waiver, expiresAt: '2020-01-01T00:00:00Z' } };
  await api.send('PUT', `/v1/orgs/${org}/waivers/migration`, expired, {
    'if-match': `"${metadata.resourceVersion}"`,
  });
  const change = { metadata: { name: 'd', labels: { touched: 'yes' } }, spec: agent('d', 'old-1').spec };
  const { metadata: now } = await api.get(`/v1/orgs/${org}/agents/d`);
  const again = await api.send('PUT', `/v1/orgs/${org}/agents/d`, change, {
    'if-match': `"${now.resourceVersion}"`,
  });
  expect(problemOf(again).code).toBe('PolicyViolation');
  // Nothing that runs is torn down.
  expect(conditionOf((await api.ready(`/v1/orgs/${org}/agents/d`)).status, 'Ready')?.reason).toBe('Running');
});

test('nobody approves a waiver in the name of another', async () => {
  const spec = {
    fingerprint: 'a'.repeat(64),
    approver: 'somebody-else',
    reason: 'because I say so',
    expiresAt: '2100-01-01T00:00:00Z',
  };
  const answer = await api.send('POST', `/v1/orgs/${org}/waivers`, { metadata: { name: 'forged' }, spec });
  expect(problemOf(answer)).toMatchObject({
    code: 'ApproverMismatch',
    findings: [{ pointer: '/spec/approver' }],
  });
});

test.each([
  ['does not parse', 'package lattice.policy.broken\n\ndeny contains {', /line 3/],
  [
    'uses a builtin that nobody provides',
    'package lattice.policy.broken\n\ndeny contains "x" if http.send({"url": "x", "method": "get"})',
    /http\.send/,
  ],
  [
    'is another package',
    'package lattice.policy.other\n\ndeny contains "x" if false',
    /lattice\.policy\.broken/,
  ],
])('a policy that %s is refused with its place', async (_what, source, says) => {
  const answer = await api.send('POST', `/v1/orgs/${org}/policies`, {
    metadata: { name: 'broken' },
    spec: { rego: source },
  });
  const problem = problemOf(answer);
  expect([answer.status, problem.code]).toEqual([422, 'PolicyInvalid']);
  expect(problem.findings[0]?.pointer).toBe('/spec/rego');
  expect(JSON.stringify(problem.findings)).toMatch(says);
});

test.each([
  ['returns the wrong shape', 'deny contains 7 if true', 'PolicyFailed'],
  [
    'never ends',
    'deny contains "x" if { some i in numbers.range(1, 100000000); some j in numbers.range(1, 100000000); i + j < 0 }',
    'PolicyFailed',
  ],
  ['refuses everything', 'deny contains "never" if true', 'PolicyViolation'],
])(
  'a policy that %s refuses what it is asked about, and can be taken away again',
  async (_what, rule, code) => {
    const other = uniqueName('locked');
    await api.create('/v1/orgs', { metadata: { name: other } });
    const path = `/v1/orgs/${other}`;
    const spec = { rego: `package lattice.policy.bad\n\n${rule}\n` };
    await api.create(`${path}/policies`, { metadata: { name: 'bad' }, spec });
    expect(problemOf(await api.send('POST', `${path}/agents`, agent('a', 'm'))).code).toBe(code);
    expect((await api.send('DELETE', `${path}/policies/bad`)).status).toBe(202);
    await api.gone(`${path}/policies/bad`);
    await api.create(`${path}/agents`, agent('a', 'm'));
  },
);
