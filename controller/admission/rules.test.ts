// The rules of roles, guardrails and model providers, through admission as every source calls it.

import { expect, test } from '@jest/globals';
import { type Admission, admit } from './admit.ts';
import { type Caller, verbs } from './caller.ts';
import { type Overlay, overlayOn } from './overlay.ts';
import { type AdmissionSettings, nothingAllowed } from './settings.ts';

const caller = (settings?: AdmissionSettings): Caller => ({
  name: 'ci',
  orgs: ['acme'],
  verbs,
  owner: { manager: 'git', instance: 'main', ref: '' },
  ...(settings && { settings }),
});

interface Given {
  readonly kind: string;
  readonly name: string;
  readonly labels?: Record<string, string>;
  readonly spec?: Record<string, unknown>;
  readonly deleting?: boolean;
  readonly org?: string;
}

/** Objects of a plan so far, laid over an empty store that holds org acme. */
function worldOf(...objects: readonly Given[]): Overlay {
  const overlay = overlayOn({
    find: async () => undefined,
    dependents: async () => [],
    list: async () => [],
    claim: async () => undefined,
  });
  for (const object of [{ kind: 'Org', name: 'acme' }, ...objects])
    overlay.put({ org: 'acme', labels: {}, spec: {}, deleting: false, ...object });
  return overlay;
}

async function admitted(
  world: Overlay,
  kind: string,
  spec: object,
  more: Partial<Asked> = {},
): Promise<Admission> {
  return await admit(world, caller(more.settings), {
    action: 'apply',
    manifest: { kind, metadata: { org: 'acme', name: more.name ?? 'new' }, spec },
    unknown: more.unknown ?? [],
  });
}

interface Asked {
  readonly name: string;
  readonly settings: AdmissionSettings;
  readonly unknown: string[];
}

const codes = ({ findings }: Admission): string[] =>
  findings.map(({ level, code, pointer }) => `${level} ${code} ${pointer}`);
const messages = ({ findings }: Admission): string => findings.map(({ message }) => message).join('\n');

const role = (name: string, ...inherits: string[]): Given => ({
  kind: 'AgentRole',
  name,
  spec: { inherits, rules: [] },
});
const allow = (more: object = {}) => ({ verbs: ['get'], kinds: ['Agent'], ...more });

test.each([
  { why: 'itself', inherits: ['new'], found: [0] },
  { why: 'one that inherits from it', inherits: ['child'], found: [0] },
  { why: 'one that does so over another', inherits: ['grandchild'], found: [0] },
  { why: 'the second of three', inherits: ['plain', 'child', 'plain'], found: [1] },
  { why: 'two that lead back', inherits: ['child', 'grandchild'], found: [0, 1] },
  { why: 'one that does not lead back', inherits: ['plain'], found: [] },
  { why: 'none', inherits: [], found: [] },
  { why: 'others that already form a circle', inherits: ['left'], found: [] },
])('a role never inherits from itself: $why', async ({ inherits, found }) => {
  const world = worldOf(
    role('new'),
    role('child', 'plain', 'new'),
    role('grandchild', 'child'),
    role('plain'),
    role('left', 'right'),
    role('right', 'left'),
  );
  const admission = await admitted(world, 'AgentRole', { inherits, rules: [allow()] });
  expect(codes(admission)).toEqual(found.map((index) => `error RoleCycle /spec/inherits/${index}`));
});

test('a circle is told with all its roles', async () => {
  const world = worldOf(role('new'), role('a', 'b'), role('b', 'new'));
  expect(messages(await admitted(world, 'AgentRole', { inherits: ['a'] }))).toBe(
    'role "new" inherits "a" inherits "b" inherits "new"',
  );
});

const agents: Given[] = [
  { kind: 'Agent', name: 'triage', labels: { env: 'prod' } },
  { kind: 'Agent', name: 'leaving', labels: { env: 'old' }, deleting: true },
  { kind: 'Agent', name: 'foreign', labels: { env: 'elsewhere' }, org: 'globex' },
  { kind: 'Budget', name: 'root', labels: { tier: 'root' } },
];

test.each([
  { why: 'the empty one', rule: allow(), found: [] },
  { why: 'blanks', rule: allow({ selector: '  ' }), found: [] },
  { why: 'one that matches', rule: allow({ selector: 'env=prod' }), found: [] },
  { why: 'one that matches by absence', rule: allow({ selector: '!tier' }), found: [] },
  { why: 'one that matches nothing', rule: allow({ selector: 'env=prd' }), found: ['selector'] },
  { why: 'what is being deleted', rule: allow({ selector: 'env=old' }), found: ['selector'] },
  { why: 'what another org has', rule: allow({ selector: 'env=elsewhere' }), found: ['selector'] },
  { why: 'an object of another kind', rule: allow({ selector: 'tier=root' }), found: ['selector'] },
  { why: 'one kind of two', rule: allow({ kinds: ['Agent', 'Budget'], selector: 'tier=root' }), found: [] },
  { why: 'any kind', rule: allow({ kinds: ['*'], selector: 'tier=root' }), found: [] },
  {
    why: 'any kind, none matches',
    rule: allow({ kinds: ['*'], selector: 'tier=leaf' }),
    found: ['selector'],
  },
])('a selector of a role that matches nothing is warned about: $why', async ({ rule, found }) => {
  const admission = await admitted(worldOf(...agents), 'AgentRole', { rules: [allow(), rule] });
  expect(codes(admission)).toEqual(
    found.map((field) => `warning SelectorMatchesNothing /spec/rules/1/${field}`),
  );
});

test('a kind that does not exist is warned about', async () => {
  const admission = await admitted(worldOf(), 'AgentRole', { rules: [allow({ kinds: ['Agent', 'Agnet'] })] });
  expect(codes(admission)).toEqual(['warning UnknownKind /spec/rules/0/kinds/1']);
});

const model = { provider: 'openai', name: 'gpt' };
const agent = (name: string, more: object = {}, labels = { env: 'prod' }): Given => ({
  kind: 'Agent',
  name,
  labels,
  spec: { model, tools: [], desiredState: 'running', ...more },
});
const models = [model];

test.each([
  { why: 'its model is listed', has: [agent('one')], spec: { models }, found: [] },
  { why: 'no agent at all', has: [], spec: { models }, found: [] },
  { why: 'an empty list allows no model', has: [agent('one')], spec: {}, found: ['models'] },
  {
    why: 'the same name of another provider',
    has: [agent('one')],
    spec: { models: [{ provider: 'ollama', name: 'gpt' }] },
    found: ['models'],
  },
  {
    why: 'a tool that is listed',
    has: [agent('one', { tools: ['mail'] })],
    spec: { models, tools: ['mail'] },
    found: [],
  },
  {
    why: 'a tool that is not',
    has: [agent('one', { tools: ['mail', 'sh'] })],
    spec: { models, tools: ['mail'] },
    found: ['tools'],
  },
  { why: 'both', has: [agent('one', { tools: ['sh'] })], spec: {}, found: ['models', 'tools'] },
  { why: 'a paused agent', has: [agent('one', { desiredState: 'paused' })], spec: {}, found: ['models'] },
  {
    why: 'a stopped agent runs no more',
    has: [agent('one', { desiredState: 'stopped' })],
    spec: {},
    found: [],
  },
  { why: 'one that is being deleted', has: [{ ...agent('one'), deleting: true }], spec: {}, found: [] },
  {
    why: 'one that it does not reach',
    has: [agent('two'), agent('one', {}, { env: 'dev' })],
    spec: { models, selector: 'env=prod' },
    found: [],
  },
])('a guardrail names the running agents that would violate it: $why', async ({ has, spec, found }) => {
  const admission = await admitted(worldOf(...has), 'Guardrail', spec);
  expect(codes(admission)).toEqual(found.map((field) => `warning GuardrailViolated /spec/${field}`));
  if (found.length > 0) expect(messages(admission)).toContain('one');
});

test('of many agents ten are named and the rest are counted', async () => {
  const many = Array.from({ length: 13 }, (_, index) => agent(`agent-${index}`));
  expect(messages(await admitted(worldOf(...many), 'Guardrail', {}))).toMatch(
    /agent-0 \(openai gpt\), .*agent-9 \(openai gpt\) and 3 more/,
  );
});

test('a guardrail that reaches no agent is warned about', async () => {
  const admission = await admitted(worldOf(agent('one')), 'Guardrail', { selector: 'env=prd', models });
  expect(codes(admission)).toEqual(['warning SelectorMatchesNothing /spec/selector']);
});

test.each([
  { why: 'its selector', unknown: ['/spec/selector'], found: [] },
  { why: 'its models', unknown: ['/spec/models'], found: ['warning GuardrailViolated /spec/tools'] },
  {
    why: 'one model of many',
    unknown: ['/spec/models/3/name'],
    found: ['warning GuardrailViolated /spec/tools'],
  },
  { why: 'its tools', unknown: ['/spec/tools'], found: ['warning GuardrailViolated /spec/models'] },
])('a guardrail is not judged by what a plan does not know yet: $why', async ({ unknown, found }) => {
  const admission = await admitted(worldOf(agent('one', { tools: ['sh'] })), 'Guardrail', {}, { unknown });
  expect(codes(admission)).toEqual(found);
});

const open = (more: Partial<AdmissionSettings>): AdmissionSettings => ({ ...nothingAllowed, ...more });
const env = { env: 'LATTICE_SECRET_KEY' };
const file = { file: 'acme/key' };
const secretsDirectory = '/secrets';

test.each([
  { why: 'no key', apiKey: undefined, settings: undefined, found: [] },
  { why: 'a caller without settings', apiKey: env, settings: undefined, found: ['env'] },
  { why: 'env, for nobody', apiKey: env, settings: open({}), found: ['env'] },
  { why: 'env, for another org', apiKey: env, settings: open({ secretEnvOrgs: ['globex'] }), found: ['env'] },
  { why: 'env, for the org', apiKey: env, settings: open({ secretEnvOrgs: ['acme'] }), found: [] },
  { why: 'env, for all', apiKey: env, settings: open({ secretEnvOrgs: ['*'] }), found: [] },
  {
    why: 'file, where only env is allowed',
    apiKey: file,
    settings: open({ secretEnvOrgs: ['*'], secretsDirectory }),
    found: ['file'],
  },
  {
    why: 'file, for the org',
    apiKey: file,
    settings: open({ secretFileOrgs: ['acme'], secretsDirectory }),
    found: [],
  },
  {
    why: 'file, without a folder',
    apiKey: file,
    settings: open({ secretFileOrgs: ['acme'] }),
    found: ['file'],
  },
])(
  'a secret comes from where the operator lets the org take it: $why',
  async ({ apiKey, settings, found }) => {
    const admission = await admitted(
      worldOf(),
      'ModelProvider',
      { type: 'openai', ...(apiKey && { apiKey }) },
      settings && { settings },
    );
    expect(codes(admission)).toEqual(found.map((field) => `error SecretNotAllowed /spec/apiKey/${field}`));
  },
);

test.each([
  { why: 'the provider’s own', url: undefined, settings: undefined, refused: false },
  { why: 'any other', url: 'https://llm.example.com', settings: undefined, refused: true },
  {
    why: 'one on the list',
    url: 'https://llm.example.com',
    settings: open({ egressAllow: ['llm.example.com'] }),
    refused: false,
  },
  {
    why: 'loopback',
    url: 'http://127.0.0.1:11434',
    settings: open({ egressAllow: ['llm.example.com'] }),
    refused: true,
  },
  {
    why: 'loopback that is let',
    url: 'http://127.0.0.1:11434',
    settings: open({ egressAllowLoopback: true }),
    refused: false,
  },
])('an address is one that the operator lets be called: $why', async ({ url, settings, refused }) => {
  const admission = await admitted(
    worldOf(),
    'ModelProvider',
    { type: 'openai', ...(url && { baseUrl: url }) },
    settings && { settings },
  );
  expect(codes(admission)).toEqual(refused ? ['error EgressNotAllowed /spec/baseUrl'] : []);
});

test('a key is judged though the address is not known yet', async () => {
  const admission = await admitted(
    worldOf(),
    'ModelProvider',
    { type: 'openai-compatible', apiKey: env },
    { unknown: ['/spec/baseUrl'] },
  );
  expect(codes(admission)).toEqual(['error SecretNotAllowed /spec/apiKey/env']);
});
