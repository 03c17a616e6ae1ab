// Who may do what: the answer over HTTP and in the terminal, from the rows in force; and what roles, guardrails and providers
// are refused for.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { accessSchema } from '../crds/access.ts';
import type { Finding } from '../crds/findings.ts';
import { type Api, apiOf, problemOf } from './support/api.ts';
import { lattice } from './support/cli.ts';
import { type OwnController, startOwnController } from './support/controller.ts';
import { eventually } from './support/eventually.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let api: Api;
let org: string;
/** A controller as an operator starts it who lets nothing, with tokens of few rights. */
let strict: OwnController;

beforeAll(async () => {
  world = await sharedWorld();
  api = apiOf(world.state);
  org = uniqueName('access');
  strict = await startOwnController(world, {
    writer: { orgs: [org], verbs: ['get', 'list', 'create', 'update'] },
    auditor: { orgs: [org], verbs: ['audit', 'list'] },
    foreigner: { orgs: ['elsewhere'], verbs: ['*'] },
  });
  await api.create('/v1/orgs', { metadata: { name: org } });
  await declare('agentroles', 'reader', { rules: [{ verbs: ['get', 'list'], kinds: ['Agent', 'Budget'] }] });
  await declare('agentroles', 'operator', {
    inherits: ['reader'],
    rules: [
      { verbs: ['*'], kinds: ['Agent'] },
      { effect: 'deny', verbs: ['delete'], kinds: ['*'], selector: 'env=prod' },
    ],
  });
  await declare('agentrolebindings', 'alice', {
    role: 'reader',
    subjects: [{ type: 'user', name: 'alice' }],
  });
  await declare('agentrolebindings', 'ops', { role: 'operator', subjects: [{ type: 'group', name: 'ops' }] });
  await declare('agents', 'triage', { model: { provider: 'ollama', name: 'smollm2' }, tools: ['sh'] });
  for (const path of [
    'agentroles/reader',
    'agentroles/operator',
    'agentrolebindings/alice',
    'agentrolebindings/ops',
  ])
    await api.ready(`/v1/orgs/${org}/${path}`);
});

afterAll(async () => {
  await strict.stop();
  await world.close();
});

const declare = (plural: string, name: string, spec: object) =>
  api.create(`/v1/orgs/${org}/${plural}`, { metadata: { name }, spec });
const as = (name: string): Api => apiOf({ address: strict.address, token: strict.tokens[name] ?? '' });
const askAs = (by: Api, query: string, where = org) => by.send('GET', `/v1/orgs/${where}/access?${query}`);
const access = async (query: string) => accessSchema.parse(JSON.parse((await askAs(api, query)).text));

test('the answer holds every rule that reaches the subject, denials first, with where it comes from', async () => {
  expect(await access('subject=user:alice')).toEqual({
    org,
    subject: { type: 'user', name: 'alice', groups: [] },
    permissions: [
      {
        effect: 'allow',
        verbs: ['get', 'list'],
        kinds: ['Agent', 'Budget'],
        selector: '',
        origin: { binding: 'alice', subject: 'user:alice', roles: ['reader'] },
      },
    ],
  });
  const { permissions } = await access('subject=user:alice&group=ops&group=dev');
  expect(
    permissions.map(({ effect, verbs, origin }) => [effect, verbs.join(), origin.roles.join('>')]),
  ).toEqual([
    ['deny', 'delete', 'operator'],
    ['allow', 'get,list', 'reader'],
    ['allow', '*', 'operator'],
    ['allow', 'get,list', 'operator>reader'],
  ]);
  expect((await access('subject=agent:triage')).permissions).toEqual([]);
});

test('the command prints one line for each verb and kind', async () => {
  const ran = await lattice(world.state, [
    'access',
    'of',
    'user:alice',
    org,
    '--group',
    'ops',
    '--group',
    'dev',
  ]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const lines = ran.stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.split(/\s{2,}/))).toEqual([
    ['VERB', 'KIND', 'SELECTOR', 'EFFECT', 'ROLE', 'BINDING', 'SUBJECT'],
    ['delete', '*', 'env=prod', 'deny', 'operator', 'ops', 'group:ops'],
    ['get', 'Agent', '-', 'allow', 'reader', 'alice', 'user:alice'],
    ['get', 'Budget', '-', 'allow', 'reader', 'alice', 'user:alice'],
    ['list', 'Agent', '-', 'allow', 'reader', 'alice', 'user:alice'],
    ['list', 'Budget', '-', 'allow', 'reader', 'alice', 'user:alice'],
    ['*', 'Agent', '-', 'allow', 'operator', 'ops', 'group:ops'],
    ['get', 'Agent', '-', 'allow', 'operator > reader', 'ops', 'group:ops'],
    ['get', 'Budget', '-', 'allow', 'operator > reader', 'ops', 'group:ops'],
    ['list', 'Agent', '-', 'allow', 'operator > reader', 'ops', 'group:ops'],
    ['list', 'Budget', '-', 'allow', 'operator > reader', 'ops', 'group:ops'],
  ]);
  const json = await lattice(world.state, ['access', 'of', 'user:alice', org, '--json']);
  expect(accessSchema.parse(JSON.parse(json.stdout))).toEqual(await access('subject=user:alice'));
  const nobody = await lattice(world.state, ['access', 'of', 'user:nobody', org]);
  expect(nobody).toMatchObject({ code: 0, stdout: 'nothing is allowed: no role reaches the subject\n' });
});

test('what is in force is told, and a permission is gone when its binding is', async () => {
  await declare('agentrolebindings', 'bob', { role: 'reader', subjects: [{ type: 'user', name: 'bob' }] });
  const bobs = async () => (await access('subject=user:bob')).permissions.length;
  await eventually('bob has a role', bobs, (count) => count === 1);
  await api.send('DELETE', `/v1/orgs/${org}/agentrolebindings/bob`);
  await api.gone(`/v1/orgs/${org}/agentrolebindings/bob`);
  expect(await bobs()).toBe(0);
});

test.each([
  ['no subject', '', 'subject'],
  ['a subject without a type', 'subject=alice', 'user:NAME, group:NAME or agent:NAME'],
  ['a type that does not exist', 'subject=robot:alice', 'user:NAME'],
  ['no name', 'subject=user:', 'user:NAME'],
  ['a name with a colon', 'subject=user:a:b', 'user:NAME'],
  ['two subjects', 'subject=user:a&subject=user:b', 'subject'],
  ['a group that is no name', 'subject=user:a&group=%00', 'group'],
  ['an unknown parameter', 'subject=user:a&verb=get', 'verb'],
])('a question that cannot be read is refused: %s', async (_what, query, says) => {
  const answer = await askAs(api, query);
  expect([answer.status, problemOf(answer).code]).toEqual([400, 'InvalidRequest']);
  expect(problemOf(answer).detail).toContain(says);
});

test('only who may get objects of the org is answered', async () => {
  expect((await askAs(as('writer'), 'subject=user:alice')).status).toBe(200);
  for (const name of ['auditor', 'foreigner']) {
    const answer = await askAs(as(name), 'subject=user:alice');
    expect([answer.status, problemOf(answer).code]).toEqual([403, 'Forbidden']);
  }
  for (const where of ['nowhere-at-all', '%00'])
    expect(problemOf(await askAs(api, 'subject=user:alice', where)).code).toBe('NotFound');
});

const planned = async (by: Api, kind: string, spec: object, overlay: object[] = []): Promise<Finding[]> => {
  const changes = [{ action: 'apply', manifest: { kind, metadata: { org, name: 'new' }, spec } }];
  const answer = await by.send('POST', '/v1/plan', { changes, overlay });
  return JSON.parse(answer.text).changes[0].findings;
};
const fields = (findings: readonly Finding[]) =>
  findings.map(({ level, code, pointer }) => `${level} ${code} ${pointer}`);

test('a circle of roles is refused, at a write and through the overlay of a plan', async () => {
  const { metadata, spec } = await api.get(`/v1/orgs/${org}/agentroles/reader`);
  const answer = await api.send(
    'PUT',
    `/v1/orgs/${org}/agentroles/reader`,
    { metadata: { name: 'reader' }, spec: { ...spec, inherits: ['operator'] } },
    { 'if-match': `"${metadata.resourceVersion}"` },
  );
  expect([answer.status, problemOf(answer).code]).toEqual([422, 'RoleCycle']);
  expect(problemOf(answer).findings).toMatchObject([{ pointer: '/spec/inherits/0' }]);
  const overlay = [
    { action: 'apply', manifest: { kind: 'AgentRole', metadata: { org, name: 'new' }, spec: {} } },
    {
      action: 'apply',
      manifest: { kind: 'AgentRole', metadata: { org, name: 'b' }, spec: { inherits: ['new'] } },
    },
  ];
  expect(fields(await planned(api, 'AgentRole', { inherits: ['reader', 'b'] }, overlay))).toEqual([
    'error RoleCycle /spec/inherits/1',
  ]);
});

test('two changes at once cannot close a circle together', async () => {
  const first = await declare('agentroles', 'left', {});
  const second = await declare('agentroles', 'right', {});
  const point = (name: string, to: string, version: string) =>
    api.send(
      'PUT',
      `/v1/orgs/${org}/agentroles/${name}`,
      { metadata: { name }, spec: { inherits: [to] } },
      { 'if-match': `"${version}"` },
    );
  const answers = await Promise.all([
    point('left', 'right', first.metadata.resourceVersion),
    point('right', 'left', second.metadata.resourceVersion),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
});

test('a selector that matches nothing is a warning, until the plan brings what it matches', async () => {
  const rule = { verbs: ['get'], kinds: ['Agent'], selector: 'env=prod' };
  expect(fields(await planned(api, 'AgentRole', { rules: [rule] }))).toEqual([
    'warning SelectorMatchesNothing /spec/rules/0/selector',
  ]);
  expect(fields(await planned(api, 'Guardrail', { selector: 'env=prod' }))).toEqual([
    'warning SelectorMatchesNothing /spec/selector',
  ]);
  const metadata = { org, name: 'next', labels: { env: 'prod' } };
  const spec = { model: { provider: 'ollama', name: 'smollm2' } };
  const overlay = [{ action: 'apply', manifest: { kind: 'Agent', metadata, spec } }];
  expect(fields(await planned(api, 'AgentRole', { rules: [rule] }, overlay))).toEqual([]);
});

test('what a selector matches may stand later in the same plan', async () => {
  const rail = (selector: string) => ({
    kind: 'Guardrail',
    metadata: { org, name: 'rail' },
    spec: { selector },
  });
  const agent = {
    kind: 'Agent',
    metadata: { org, name: 'later', labels: { env: 'stage' } },
    spec: { model: { provider: 'ollama', name: 'smollm2' } },
  };
  const plan = async (selector: string) => {
    const changes = [rail(selector), agent].map((manifest) => ({ action: 'apply', manifest }));
    const answer = await api.send('POST', '/v1/plan', { changes });
    return fields(JSON.parse(answer.text).changes[0].findings);
  };
  expect(await plan('env=stage')).toEqual([]);
  expect(await plan('env=stag')).toEqual(['warning SelectorMatchesNothing /spec/selector']);
});

test('a guardrail that running agents would violate names them and is accepted', async () => {
  const spec = { models: [{ provider: 'ollama', name: 'smollm2' }] };
  const [found, ...more] = await planned(api, 'Guardrail', spec);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ level: 'warning', code: 'GuardrailViolated', pointer: '/spec/tools' });
  expect(found?.message).toContain('triage (sh)');
  await declare('guardrails', 'narrow', spec);
  await api.ready(`/v1/orgs/${org}/guardrails/narrow`);
  await api.ready(`/v1/orgs/${org}/agents/triage`);
});

test.each([
  {
    why: 'a variable',
    spec: { apiKey: { env: 'LATTICE_SECRET_A' } },
    code: 'SecretNotAllowed',
    at: '/spec/apiKey/env',
  },
  { why: 'a file', spec: { apiKey: { file: 'a' } }, code: 'SecretNotAllowed', at: '/spec/apiKey/file' },
  {
    why: 'another host',
    spec: { baseUrl: 'https://evil.example.com' },
    code: 'EgressNotAllowed',
    at: '/spec/baseUrl',
  },
  {
    why: 'loopback',
    spec: { baseUrl: 'http://127.0.0.1:11434' },
    code: 'EgressNotAllowed',
    at: '/spec/baseUrl',
  },
  {
    why: 'loopback in disguise',
    spec: { baseUrl: 'http://0x7f000001' },
    code: 'EgressNotAllowed',
    at: '/spec/baseUrl',
  },
  {
    why: 'the metadata of a cloud',
    spec: { baseUrl: 'http://169.254.169.254' },
    code: 'EgressNotAllowed',
    at: '/spec/baseUrl',
  },
])(
  'what the operator does not let is refused, the same at plan and at write: $why',
  async ({ spec, code, at }) => {
    const whole = { type: 'openai', ...spec };
    expect(fields(await planned(as('writer'), 'ModelProvider', whole))).toEqual([`error ${code} ${at}`]);
    const answer = await as('writer').send('POST', `/v1/orgs/${org}/modelproviders`, {
      metadata: { name: 'new' },
      spec: whole,
    });
    expect([answer.status, problemOf(answer).code]).toEqual([422, code]);
  },
);

test.each([
  {
    why: 'a stored secret',
    spec: { apiKey: { stored: { name: 'a' } } },
    at: '/spec/apiKey/stored',
    says: 'not available yet',
  },
  {
    why: 'a variable of the controller',
    spec: { apiKey: { env: 'LATTICE_DATABASE_URL' } },
    at: '/spec/apiKey/env',
    says: 'LATTICE_SECRET_',
  },
  {
    why: 'a file outside the folder',
    spec: { apiKey: { file: '../tokens.yaml' } },
    at: '/spec/apiKey/file',
    says: 'without ".."',
  },
  {
    why: 'two places',
    spec: { apiKey: { env: 'LATTICE_SECRET_A', file: 'a' } },
    at: '/spec/apiKey',
    says: 'name one place',
  },
  {
    why: 'a password in the address',
    spec: { baseUrl: 'http://me:hunter2@127.0.0.1' },
    at: '/spec/baseUrl',
    says: 'name the secret in apiKey',
  },
  { why: 'another scheme', spec: { baseUrl: 'file:///etc/passwd' }, at: '/spec/baseUrl', says: 'baseUrl' },
])('a secret or an address that nobody may name is refused: $why', async ({ spec, at, says }) => {
  const found = await planned(api, 'ModelProvider', { type: 'openai', ...spec });
  expect(fields(found)).toEqual([`error InvalidValue ${at}`]);
  expect(found[0]?.message).toContain(says);
  expect(found[0]?.message).not.toContain('hunter2');
});

test('lattice dev lets secrets from its own environment and folder, and a model server on this machine', async () => {
  const local = { type: 'ollama', baseUrl: 'http://localhost:11434', apiKey: { file: 'ollama' } };
  expect(await planned(api, 'ModelProvider', local)).toEqual([]);
  expect(fields(await planned(api, 'ModelProvider', { ...local, baseUrl: 'http://10.0.0.1' }))).toEqual([
    'error EgressNotAllowed /spec/baseUrl',
  ]);
});

test.each([
  {
    why: 'a selector that is none',
    kind: 'AgentRole',
    spec: { rules: [{ verbs: ['get'], kinds: ['*'], selector: 'a=b=c' }] },
    at: '/spec/rules/0/selector',
  },
  {
    why: 'a verb that does not exist',
    kind: 'AgentRole',
    spec: { rules: [{ verbs: ['fly'], kinds: ['*'] }] },
    at: '/spec/rules/0/verbs/0',
  },
  {
    why: 'a rule without verbs',
    kind: 'AgentRole',
    spec: { rules: [{ verbs: [], kinds: ['*'] }] },
    at: '/spec/rules/0/verbs',
  },
  {
    why: 'a binding without subjects',
    kind: 'AgentRoleBinding',
    spec: { role: 'reader', subjects: [] },
    at: '/spec/subjects',
  },
  {
    why: 'a subject of no type',
    kind: 'AgentRoleBinding',
    spec: { role: 'reader', subjects: [{ type: 'robot', name: 'a' }] },
    at: '/spec/subjects/0/type',
  },
  {
    why: 'approval for a tool that is not listed',
    kind: 'Guardrail',
    spec: { requireApproval: ['sh'] },
    at: '/spec/requireApproval/0',
  },
])('what is not of the grammar is refused on its field: $why', async ({ kind, spec, at }) => {
  expect(fields(await planned(api, kind, spec))).toEqual([`error InvalidValue ${at}`]);
});
