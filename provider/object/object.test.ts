// Between objects and Terraform values: manifests, states, ids and pointers, over the generated definitions.

import { expect, test } from '@jest/globals';
import { resources } from '../../crds/generated/terraform.ts';
import { resourceSchema } from '../schema/from-definition.ts';
import { entryOf, UNKNOWN, type ValueMap } from '../sdk/cty/value.ts';
import type { Path } from '../sdk/diagnostics.ts';
import { exactJson } from './exact-json.ts';
import { idOf, parseId } from './key.ts';
import { manifestOf } from './manifest.ts';
import { pathOf } from './pointer.ts';
import { stateOf } from './state.ts';

function typeNamed(name: string) {
  const definition = resources[name];
  if (definition === undefined) throw new Error(name);
  return { definition, attributes: resourceSchema(definition).attributes };
}

const org = typeNamed('lattice_org');
const budget = typeNamed('lattice_budget');
const agent = typeNamed('lattice_agent');

const manifests: readonly [
  why: string,
  type: typeof budget,
  state: ValueMap,
  json: string,
  unknown: string[],
][] = [
  [
    'null is left out, empty and zero are not',
    budget,
    { org: 'o', name: 'b', labels: {}, limit_micro_usd: 0n, limit_tokens: null, soft_thresholds_tokens: [] },
    '{"kind":"Budget","metadata":{"org":"o","name":"b","labels":{}},"spec":{"limitMicroUsd":0,"softThresholdsTokens":[]}}',
    [],
  ],
  [
    'what only the controller or only the provider knows is not sent',
    org,
    { id: 'o', uid: 'u', name: 'o', timeouts: { create: '1m', update: null, delete: null } },
    '{"kind":"Org","metadata":{"name":"o"},"spec":{}}',
    [],
  ],
  [
    'an integer beyond 2^53 leaves with all of its digits',
    budget,
    { org: 'o', name: 'b', limit_micro_usd: 9_007_199_254_740_993n },
    '{"kind":"Budget","metadata":{"org":"o","name":"b"},"spec":{"limitMicroUsd":9007199254740993}}',
    [],
  ],
  [
    'unknown leaves are left out and listed, with their keys escaped',
    budget,
    {
      org: 'o',
      name: 'b',
      parent: UNKNOWN,
      annotations: { 'x/y': UNKNOWN, z: 'z' },
      soft_thresholds_tokens: [1n, UNKNOWN],
    },
    '{"kind":"Budget","metadata":{"org":"o","name":"b","annotations":{"z":"z"}},"spec":{}}',
    ['/metadata/annotations/x~1y', '/spec/parent', '/spec/softThresholdsTokens'],
  ],
  [
    'an unknown in an element of a list keeps the position of the element',
    org,
    {
      name: 'o',
      namespaces: [
        { cluster: 'c', namespace: UNKNOWN },
        { cluster: 'd', namespace: 'n' },
      ],
    },
    '{"kind":"Org","metadata":{"name":"o"},"spec":{"namespaces":[{"cluster":"c"},{"cluster":"d","namespace":"n"}]}}',
    ['/spec/namespaces/0/namespace'],
  ],
  [
    'an unknown element makes the list unknown',
    org,
    { name: 'o', namespaces: [UNKNOWN, { cluster: 'd', namespace: 'n' }] },
    '{"kind":"Org","metadata":{"name":"o"},"spec":{}}',
    ['/spec/namespaces'],
  ],
  [
    'an object without anything in it is still an object',
    agent,
    { org: 'o', name: 'a', limits: { max_turns: null, max_tokens_per_turn: null, max_wall_seconds: null } },
    '{"kind":"Agent","metadata":{"org":"o","name":"a"},"spec":{"limits":{}}}',
    [],
  ],
];

test.each(manifests)('%s', (_why, { definition, attributes }, state, json, unknown) => {
  const made = manifestOf(definition, attributes, state);
  expect(JSON.parse(exactJson(made.manifest))).toEqual(JSON.parse(json));
  expect(exactJson(made.manifest)).toHaveLength(json.length);
  expect(made.unknown).toEqual(unknown);
});

const stored = (labels: Record<string, string>, spec: Record<string, unknown>) => ({
  apiVersion: 'lattice.dev/v1alpha1' as const,
  kind: 'Budget',
  metadata: {
    org: 'o',
    name: 'b',
    uid: 'u',
    labels,
    annotations: {},
    generation: 1,
    resourceVersion: '1',
    owner: { manager: 'api' as const, instance: 'i', ref: '' },
    createdAt: '',
  },
  spec,
  status: { observedGeneration: 1, conditions: [], externalIds: {} },
});

test.each([
  [null, {}, null],
  [{}, {}, {}],
  [{ a: 'b' }, {}, {}],
  [null, { a: 'b' }, { a: 'b' }],
])('labels spelled %j and stored as %j are read as %j', (spelled, labels, read) => {
  const state = stateOf(budget.definition, budget.attributes, stored(labels, {}), { labels: spelled });
  expect(entryOf(state, 'labels')).toEqual(read);
});

test('absent is null, zero is zero, and timeouts stay as they were', () => {
  const timeouts = { create: '1m', update: null, delete: null };
  const spec = { limitMicroUsd: 0, softThresholdsTokens: [], window: 'day' };
  expect(stateOf(budget.definition, budget.attributes, stored({}, spec), { timeouts })).toMatchObject({
    id: 'o/b',
    uid: 'u',
    limit_micro_usd: 0n,
    limit_tokens: null,
    soft_thresholds_tokens: [],
    parent: null,
    timeouts,
  });
});

test.each([
  ['acme/triage', { org: 'acme', name: 'triage' }],
  ['triage', undefined],
  ['acme/triage/more', undefined],
  ['acme/', undefined],
  ['Acme/triage', undefined],
  ['', undefined],
])('the id %j of an agent names %j', (id, named) => {
  const key = parseId(agent.definition, id);
  expect(key && { org: key.org, name: key.name }).toEqual(named);
  if (key) expect(idOf(agent.definition, key)).toBe(id);
});

const pointers: readonly [type: typeof budget, pointer: string, path: Path][] = [
  [budget, '', []],
  [budget, '/spec', []],
  [budget, '/metadata/name', ['name']],
  [budget, '/metadata/labels', ['labels']],
  [budget, '/metadata/labels/a~1b', ['labels', { key: 'a/b' }]],
  [budget, '/spec/limitMicroUsd', ['limit_micro_usd']],
  [budget, '/spec/softThresholdsTokens/1', ['soft_thresholds_tokens', 1]],
  [budget, '/spec/unheardOf', []],
  [budget, '/metadata/uid', []],
  [agent, '/spec/model/name', ['model', 'name']],
  [agent, '/spec/limits/maxTurns', ['limits', 'max_turns']],
  [org, '/spec/namespaces/2/cluster', ['namespaces', 2, 'cluster']],
];

test.each(pointers)('pointer %#: the path of the attribute', ({ attributes }, pointer, path) => {
  expect(pathOf(attributes, pointer)).toEqual(path);
});
