// Whatever is wrong with what is sent is said by object, field and rule, with a stable code, and nothing is stored.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Api, apiOf, problemOf } from './support/api.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let api: Api;
let org: string;

beforeAll(async () => {
  world = await sharedWorld();
  api = apiOf(world.state);
  org = uniqueName('bad');
  await api.create('/v1/orgs', { metadata: { name: org } });
  const budget = (name: string, spec: object) =>
    api.create(`/v1/orgs/${org}/budgets`, { metadata: { name }, spec });
  await budget('root', { limitMicroUsd: 1_000_000, limitTokens: 1000, window: 'month' });
  await budget('team', { parent: 'root', limitMicroUsd: 500_000, window: 'day' });
  await budget('weekly', { window: 'week' });
});

afterAll(async () => {
  await world.close();
});

/** What of this org is stored: objects, events and work. */
const stored = async () =>
  await world.sql(
    `SELECT (SELECT count(*) FROM objects WHERE org = $1) AS objects,
       (SELECT count(*) FROM audit_event WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'org' = $1
          AND convert_from(bytes, 'UTF8')::jsonb #>> '{actor,type}' = 'token') AS events`,
    [org],
  );

const model = { provider: 'ollama', name: 'smollm2' };
const agent = (spec: object, metadata: object = {}) => ({
  metadata: { name: 'bad', ...metadata },
  spec: { model, ...spec },
});
const budget = (spec: object) => ({ metadata: { name: 'bad' }, spec });

interface Case {
  why: string;
  kind: 'agents' | 'budgets';
  body: unknown;
  code: string;
  pointer: string;
  says: RegExp;
}

const cases: Case[] = [
  {
    why: 'an unknown field',
    kind: 'agents',
    body: agent({ modle: 1 }),
    code: 'UnknownField',
    pointer: '/spec/modle',
    says: /"modle"/,
  },
  {
    why: 'an unknown field deep inside',
    kind: 'agents',
    body: agent({ model: { ...model, temprature: 1 } }),
    code: 'UnknownField',
    pointer: '/spec/model/temprature',
    says: /spec\.model/,
  },
  {
    why: 'an unknown field of metadata',
    kind: 'agents',
    body: agent({}, { namespace: 'x' }),
    code: 'UnknownField',
    pointer: '/metadata/namespace',
    says: /namespace/,
  },
  {
    why: 'a field of __proto__',
    kind: 'agents',
    body: `{"metadata":{"name":"bad"},"spec":{"model":{"provider":"ollama","name":"x"},"__proto__":{"a":1}}}`,
    code: 'UnknownField',
    pointer: '/spec/__proto__',
    says: /__proto__/,
  },
  {
    why: 'a missing field',
    kind: 'agents',
    body: { metadata: { name: 'bad' }, spec: {} },
    code: 'MissingField',
    pointer: '/spec/model',
    says: /spec\.model is required/,
  },
  {
    why: 'a missing name',
    kind: 'agents',
    body: { metadata: {}, spec: { model } },
    code: 'MissingField',
    pointer: '/metadata/name',
    says: /metadata\.name/,
  },
  {
    why: 'a wrong type',
    kind: 'agents',
    body: agent({ tools: 'all' }),
    code: 'WrongType',
    pointer: '/spec/tools',
    says: /must be an array, not a string/,
  },
  {
    why: 'a number as text',
    kind: 'budgets',
    body: budget({ limitMicroUsd: '5' }),
    code: 'WrongType',
    pointer: '/spec/limitMicroUsd',
    says: /must be a number, not a string/,
  },
  {
    why: 'null, which is not absent',
    kind: 'budgets',
    body: budget({ limitMicroUsd: null }),
    code: 'WrongType',
    pointer: '/spec/limitMicroUsd',
    says: /null/,
  },
  {
    why: 'a fraction of a micro-USD',
    kind: 'budgets',
    body: budget({ limitMicroUsd: 0.5 }),
    code: 'WrongType',
    pointer: '/spec/limitMicroUsd',
    says: /integer/,
  },
  {
    why: 'a negative limit',
    kind: 'budgets',
    body: budget({ limitMicroUsd: -1 }),
    code: 'InvalidValue',
    pointer: '/spec/limitMicroUsd',
    says: />=0/,
  },
  {
    why: 'a value outside its list',
    kind: 'agents',
    body: agent({ desiredState: 'asleep' }),
    code: 'InvalidValue',
    pointer: '/spec/desiredState',
    says: /running, paused, stopped/,
  },
  {
    why: 'an unknown time zone',
    kind: 'budgets',
    body: budget({ timeZone: 'Mars/Olympus' }),
    code: 'InvalidValue',
    pointer: '/spec/timeZone',
    says: /IANA/,
  },
  {
    why: 'a threshold above its limit',
    kind: 'budgets',
    body: budget({ limitMicroUsd: 10, softThresholdsMicroUsd: [11] }),
    code: 'InvalidValue',
    pointer: '/spec/softThresholdsMicroUsd/0',
    says: /never reached/,
  },
  {
    why: 'a bad name',
    kind: 'agents',
    body: agent({}, { name: 'Not_A_Name' }),
    code: 'InvalidName',
    pointer: '/metadata/name',
    says: /a-z/,
  },
  {
    why: 'a name of 64 characters',
    kind: 'agents',
    body: agent({}, { name: 'a'.repeat(64) }),
    code: 'InvalidName',
    pointer: '/metadata/name',
    says: /63/,
  },
  {
    why: 'a bad label',
    kind: 'agents',
    body: agent({}, { labels: { team: 'a b' } }),
    code: 'InvalidValue',
    pointer: '/metadata/labels/team',
    says: /label value/,
  },
  {
    why: 'a missing budget',
    kind: 'agents',
    body: agent({ budget: 'nowhere' }),
    code: 'ReferenceNotFound',
    pointer: '/spec/budget',
    says: /nowhere does not exist/,
  },
  {
    why: 'a missing parent',
    kind: 'budgets',
    body: budget({ parent: 'nowhere' }),
    code: 'ReferenceNotFound',
    pointer: '/spec/parent',
    says: /nowhere does not exist/,
  },
  {
    why: 'a budget that is its own parent',
    kind: 'budgets',
    body: budget({ parent: 'bad' }),
    code: 'BudgetCycle',
    pointer: '/spec/parent',
    says: /below itself/,
  },
  {
    why: 'more money than the parent has',
    kind: 'budgets',
    body: budget({ parent: 'root', limitMicroUsd: 1_000_001 }),
    code: 'BudgetExceedsParent',
    pointer: '/spec/limitMicroUsd',
    says: /1000001.*"root" allows 1000000/,
  },
  {
    why: 'more tokens than the parent has',
    kind: 'budgets',
    body: budget({ parent: 'root', limitTokens: 1001 }),
    code: 'BudgetExceedsParent',
    pointer: '/spec/limitTokens',
    says: /limitTokens/,
  },
  {
    why: 'more money than the grandparent has, through a parent without a limit of that unit',
    kind: 'budgets',
    body: budget({ parent: 'team', limitTokens: 1001, window: 'day' }),
    code: 'BudgetExceedsParent',
    pointer: '/spec/limitTokens',
    says: /"root" allows 1000/,
  },
  {
    why: 'a window longer than the parent',
    kind: 'budgets',
    body: budget({ parent: 'team', window: 'month' }),
    code: 'BudgetWindowMismatch',
    pointer: '/spec/window',
    says: /month of budget "bad"/,
  },
  {
    why: 'a week inside a month',
    kind: 'budgets',
    body: budget({ parent: 'root', window: 'week' }),
    code: 'BudgetWindowMismatch',
    pointer: '/spec/window',
    says: /week/,
  },
  {
    why: 'a window in another time zone',
    kind: 'budgets',
    body: budget({ parent: 'weekly', window: 'week', timeZone: 'Asia/Tokyo' }),
    code: 'BudgetWindowMismatch',
    pointer: '/spec/timeZone',
    says: /Asia\/Tokyo/,
  },
  {
    why: '2^53+1',
    kind: 'budgets',
    body: '{"metadata":{"name":"bad"},"spec":{"limitMicroUsd":9007199254740993}}',
    code: 'IntegerTooLarge',
    pointer: '/spec/limitMicroUsd',
    says: /9007199254740993/,
  },
  {
    why: '2^53',
    kind: 'budgets',
    body: '{"metadata":{"name":"bad"},"spec":{"limitMicroUsd":9007199254740992}}',
    code: 'IntegerTooLarge',
    pointer: '/spec/limitMicroUsd',
    says: /9007199254740992/,
  },
  {
    why: 'NUL',
    kind: 'agents',
    body: agent({ instructions: 'a\0b' }),
    code: 'InvalidText',
    pointer: '/spec/instructions',
    says: /NUL/,
  },
  {
    why: 'NUL in a key',
    kind: 'agents',
    body: agent({}, { annotations: { 'a\0': 'b' } }),
    code: 'InvalidText',
    pointer: '/metadata/annotations',
    says: /NUL/,
  },
  {
    why: 'a lone surrogate',
    kind: 'agents',
    body: '{"metadata":{"name":"bad"},"spec":{"model":{"provider":"ollama","name":"\\ud800"}}}',
    code: 'InvalidText',
    pointer: '/spec/model/name',
    says: /surrogate/,
  },
  {
    why: 'a spec of 256 KiB',
    kind: 'agents',
    body: agent({ tools: Array.from({ length: 5000 }, (_, i) => `${i}-${'x'.repeat(60)}`) }),
    code: 'SpecTooLarge',
    pointer: '/spec',
    says: /262144/,
  },
  {
    why: 'nesting beyond reason',
    kind: 'agents',
    body: `{"metadata":{"name":"bad"},"spec":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`,
    code: 'InvalidValue',
    pointer: '',
    says: /nested/,
  },
];

test.each(cases)('$why: $code', async ({ kind, body, code, pointer, says }) => {
  const before = await stored();
  const answer = await api.send('POST', `/v1/orgs/${org}/${kind}`, body);
  expect(answer.status).toBe(422);
  const problem = problemOf(answer);
  const found = problem.findings.find((each) => each.code === code);
  expect(problem.code).toBe(code);
  expect(found?.pointer.startsWith(pointer)).toBe(true);
  if (pointer !== '') expect(found?.pointer).toBe(pointer);
  expect(found?.message).toMatch(says);
  expect(found?.remedy.length).toBeGreaterThan(10);
  expect(await stored()).toEqual(before);
});

test.each(cases.filter(({ body }) => typeof body !== 'string'))(
  'a dry run says the same of $why',
  async ({ kind, body, code }) => {
    const { metadata, spec } = body as { metadata: object; spec: object };
    const manifest = { kind: kind === 'agents' ? 'Agent' : 'Budget', metadata: { org, ...metadata }, spec };
    const answer = await api.send('POST', '/v1/plan', { changes: [{ action: 'apply', manifest }] });
    expect(answer.status).toBe(200);
    const { changes } = JSON.parse(answer.text) as { changes: { findings: { code: string }[] }[] };
    expect(changes[0]?.findings.map((found) => found.code)).toContain(code);
  },
);

test.each([
  ['not JSON', '{', 400, 'InvalidJson'],
  ['an empty body', '', 400, 'InvalidJson'],
  ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400, 'InvalidJson'],
  ['an array', '[]', 400, 'InvalidJson'],
  ['nested so deep that a parser gives up', '['.repeat(200_000), 400, 'InvalidJson'],
  ['more than 1 MiB', `{"a":"${'x'.repeat(1_100_000)}"}`, 413, 'BodyTooLarge'],
])('a body that is %s', async (_what, body, status, code) => {
  const response = await fetch(new URL(`/v1/orgs/${org}/agents`, world.state.address), {
    method: 'POST',
    headers: { authorization: `Bearer ${world.state.token}`, 'content-type': 'application/json' },
    body,
  });
  expect(response.status).toBe(status);
  expect(JSON.parse(await response.text())).toMatchObject({ code, status });
});

test('another content type', async () => {
  const answer = await api.send('POST', `/v1/orgs/${org}/agents`, 'name: x', {
    'content-type': 'application/yaml',
  });
  expect([answer.status, problemOf(answer).code]).toEqual([415, 'UnsupportedMediaType']);
});

test('a path and a body that name different objects', async () => {
  const answer = await api.send('POST', `/v1/orgs/${org}/agents`, agent({}, { org: 'other' }));
  expect([answer.status, problemOf(answer).code]).toEqual([400, 'InvalidRequest']);
});

test('an org that does not exist', async () => {
  const answer = await api.send('POST', '/v1/orgs/nowhere/budgets', budget({}));
  expect([answer.status, problemOf(answer).code]).toEqual([422, 'OrgNotFound']);
});

test.each([
  [
    'a child whose limit it would no longer hold',
    { limitMicroUsd: 400_000, limitTokens: 1000 },
    'BudgetExceedsParent',
    /"team" is 500000/,
  ],
  [
    'a child whose window it would no longer hold',
    { limitMicroUsd: 1_000_000, limitTokens: 1000, window: 'hour' },
    'BudgetWindowMismatch',
    /"team"/,
  ],
  [
    'a cycle through a child',
    { parent: 'team', limitMicroUsd: 400_000, window: 'hour' },
    'BudgetCycle',
    /below itself/,
  ],
])('a change of a parent names %s', async (_what, spec, code, says) => {
  const path = `/v1/orgs/${org}/budgets/root`;
  const before = await api.get(path);
  const answer = await api.send(
    'PUT',
    path,
    { metadata: {}, spec },
    { 'if-match': `"${before.metadata.resourceVersion}"` },
  );
  expect([answer.status, problemOf(answer).code]).toEqual([422, code]);
  expect(problemOf(answer).findings[0]?.message).toMatch(says);
  expect((await api.get(path)).spec).toEqual(before.spec);
});
