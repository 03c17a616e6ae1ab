import { expect, test } from '@jest/globals';
import { parseJson } from './json.ts';
import { MOST_SPEC_BYTES, validateManifest } from './validate.ts';

const model = { provider: 'ollama', name: 'smollm2' };
const agent = (spec: object, metadata: object = {}) => ({
  kind: 'Agent',
  metadata: { org: 'acme', name: 'triage', ...metadata },
  spec,
});
const budget = (spec: object) => ({ kind: 'Budget', metadata: { org: 'acme', name: 'root' }, spec });
const org = (metadata: object) => ({ kind: 'Org', metadata: { name: 'acme', ...metadata }, spec: {} });

const codesOf = (input: unknown, unknown: string[] = []): string[] =>
  validateManifest(input, unknown).findings.map(({ code, pointer }) => `${code} ${pointer}`);

test('a valid manifest comes back with its defaults', () => {
  const { manifest, findings } = validateManifest(agent({ model }));
  expect(findings).toEqual([]);
  expect(manifest).toMatchObject({ org: 'acme', name: 'triage', labels: {}, annotations: {} });
  expect(manifest?.spec).toEqual({ model, tools: [], desiredState: 'running' });
});

test('a cluster-scoped object is in the org of its own name', () => {
  expect(validateManifest(org({})).manifest).toMatchObject({ org: 'acme', name: 'acme' });
});

test.each([
  { why: 'absent stays absent: no limit of its own', spec: {}, limit: undefined },
  { why: 'zero stays zero: nothing allowed', spec: { limitMicroUsd: 0 }, limit: 0 },
  { why: 'the largest integer', spec: { limitMicroUsd: 9007199254740991 }, limit: 9007199254740991 },
])('a limit means what was written: $why', ({ spec, limit }) => {
  expect(validateManifest(budget(spec)).manifest?.spec.limitMicroUsd).toBe(limit);
});

test.each([
  {
    why: 'several at once',
    input: agent({ modle: 1, tools: 'all' }),
    codes: ['MissingField /spec/model', 'WrongType /spec/tools', 'UnknownField /spec/modle'],
  },
  {
    why: 'an unknown field in a list',
    input: { ...org({}), spec: { namespaces: [{ cluster: 'c', namespace: 'n', x: 1 }] } },
    codes: ['UnknownField /spec/namespaces/0/x'],
  },
  {
    why: 'an unknown key to escape',
    input: agent({ model, 'a/b~': 1 }),
    codes: ['UnknownField /spec/a~1b~0'],
  },
  {
    why: 'an unknown top-level field',
    input: { ...agent({ model }), status: {} },
    codes: ['UnknownField /status'],
  },
  { why: 'an unknown kind', input: { ...agent({ model }), kind: 'Pod' }, codes: ['UnknownKind /kind'] },
  {
    why: 'another API version',
    input: { ...agent({ model }), apiVersion: 'v1' },
    codes: ['InvalidValue /apiVersion'],
  },
  {
    why: 'no org where one is needed',
    input: agent({ model }, { org: undefined }),
    codes: ['MissingField /metadata/org'],
  },
  { why: 'an org where none can be', input: org({ org: 'acme' }), codes: ['UnknownField /metadata/org'] },
  {
    why: 'a name with capitals',
    input: agent({ model }, { name: 'Triage' }),
    codes: ['InvalidName /metadata/name'],
  },
  {
    why: 'a name that is a path',
    input: agent({ model }, { name: '../x' }),
    codes: ['InvalidName /metadata/name'],
  },
  { why: 'null is not absent', input: budget({ limitTokens: null }), codes: ['WrongType /spec/limitTokens'] },
  {
    why: 'a bigint is refused before anything else',
    input: parseJson('{"kind":"?","spec":{"limitTokens":9007199254740993}}'),
    codes: ['IntegerTooLarge /spec/limitTokens'],
  },
  {
    why: 'a large double is an integer too large',
    input: budget({ limitTokens: 1e300 }),
    codes: ['IntegerTooLarge /spec/limitTokens'],
  },
  {
    why: 'infinity',
    input: parseJson('{"kind":"Budget","metadata":{"org":"a","name":"b"},"spec":{"limitTokens":1e400}}'),
    codes: ['InvalidValue /spec/limitTokens'],
  },
  {
    why: 'a threshold of a fraction',
    input: budget({ softThresholdsTokens: [1, 1.5] }),
    codes: ['WrongType /spec/softThresholdsTokens/1'],
  },
  { why: 'a spec that is a list', input: { ...agent({}), spec: [] }, codes: ['WrongType /spec'] },
  { why: 'not an object at all', input: 'agent', codes: ['WrongType '] },
])('what is wrong is said by code and pointer: $why', ({ input, codes }) => {
  expect(new Set(codesOf(input))).toEqual(new Set(codes));
  expect(validateManifest(input).manifest).toBeUndefined();
});

test('a spec is refused from exactly the limit on', () => {
  const overhead = Buffer.byteLength(JSON.stringify({ model, instructions: '', tools: [] }));
  const filled = (bytes: number) => ({
    model,
    // Two bytes a character in UTF-8: it is bytes that are counted.
    tools: ['é'.repeat((bytes - overhead - '"",'.length + 1) / 2)],
    instructions: '',
  });
  const even = MOST_SPEC_BYTES - ((MOST_SPEC_BYTES - overhead - 2) % 2);
  expect(codesOf(agent(filled(even + 2)))).toEqual(['SpecTooLarge /spec']);
  expect(codesOf(agent(filled(even - 2)))).not.toContain('SpecTooLarge /spec');
});

test.each([
  { why: 'a required field that is unknown', spec: {}, unknown: ['/spec/model'], codes: [] },
  {
    why: 'a required field of an object that is unknown in part',
    spec: { model: { provider: 'ollama' } },
    unknown: ['/spec/model/name'],
    codes: [],
  },
  {
    why: 'an object is left out because a part of it is unknown',
    spec: {},
    unknown: ['/spec/model/name'],
    codes: [],
  },
  {
    why: 'another required field is missing',
    spec: { model: { provider: 'ollama' } },
    unknown: ['/spec/budget'],
    codes: ['MissingField /spec/model/name'],
  },
  {
    why: 'a sibling whose name begins the same',
    spec: {},
    unknown: ['/spec/mode'],
    codes: ['MissingField /spec/model'],
  },
  {
    why: 'a wrong type beside an unknown',
    spec: { model, tools: 1 },
    unknown: ['/spec/budget'],
    codes: ['WrongType /spec/tools'],
  },
  {
    why: 'an unknown field beside an unknown value',
    spec: { modle: 1 },
    unknown: ['/spec/model'],
    codes: ['UnknownField /spec/modle'],
  },
])('in a plan only what is known can be wrong: $why', ({ spec, unknown, codes }) => {
  const { manifest, findings } = validateManifest(agent(spec), unknown);
  expect(findings.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(codes);
  expect(manifest === undefined).toBe(codes.length > 0);
});

test('messages name the field as people write it, and what was expected', () => {
  const messages = [
    budget({ limitTokens: '5' }),
    agent({ model, desiredState: 'asleep' }),
    agent({ model: { ...model, x: 1 } }),
    agent({}),
  ].flatMap((input) => validateManifest(input).findings.map(({ message }) => message));
  expect(messages).toEqual([
    'spec.limitTokens must be a number, not a string',
    'spec.desiredState must be one of running, paused, stopped',
    '"x" is not a field of spec.model',
    'spec.model is required',
  ]);
});

test.each([
  { why: 'one character', name: 'a', fits: true },
  { why: '63 characters', name: 'a'.repeat(63), fits: true },
  { why: '64 characters', name: 'a'.repeat(64), fits: false },
  { why: 'empty', name: '', fits: false },
  { why: 'a hyphen inside', name: 'a-b', fits: true },
  { why: 'a hyphen first', name: '-a', fits: false },
  { why: 'a hyphen last', name: 'a-', fits: false },
  { why: 'a digit first', name: '1a', fits: true },
  { why: 'a line break at the end', name: 'a\n', fits: false },
  { why: 'a dot', name: 'a.b', fits: false },
  { why: 'another script', name: 'ä', fits: false },
])('names are those of DNS labels: $why', ({ name, fits }) => {
  expect(codesOf(agent({ model }, { name }))).toEqual(fits ? [] : ['InvalidName /metadata/name']);
});

test.each([
  { why: 'a prefixed key', labels: { 'example.com/team': 'support' }, fits: true },
  { why: 'an empty value', labels: { team: '' }, fits: true },
  { why: 'a value of 64 characters', labels: { team: 'a'.repeat(64) }, fits: false },
  { why: 'a value with a space', labels: { team: 'a b' }, fits: false },
  { why: 'an empty key', labels: { '': 'a' }, fits: false },
  { why: 'two slashes', labels: { 'a/b/c': 'd' }, fits: false },
  { why: 'a value that is a number', labels: { team: 1 }, fits: false },
])('labels are those of Kubernetes: $why', ({ labels, fits }) => {
  expect(codesOf(agent({ model }, { labels })).length === 0).toBe(fits);
});

test.each([
  { zone: 'UTC', fits: true },
  { zone: 'Europe/Berlin', fits: true },
  { zone: 'europe/berlin', fits: false },
  { zone: 'Mars/Olympus', fits: false },
  { zone: '', fits: false },
])('a time zone is one of IANA: $zone', ({ zone, fits }) => {
  expect(codesOf(budget({ timeZone: zone }))).toEqual(fits ? [] : ['InvalidValue /spec/timeZone']);
});

test('a threshold at the limit is fine, one above it never reached, and without a limit anything goes', () => {
  expect(codesOf(budget({ limitTokens: 10, softThresholdsTokens: [10] }))).toEqual([]);
  expect(codesOf(budget({ limitTokens: 10, softThresholdsTokens: [1, 11] }))).toEqual([
    'InvalidValue /spec/softThresholdsTokens/1',
  ]);
  expect(codesOf(budget({ softThresholdsTokens: [11] }))).toEqual([]);
});
