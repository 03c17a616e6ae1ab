// The plan engine over a small schema: what a plan holds for each kind of attribute, and what core would refuse.

import { expect, test } from '@jest/globals';
import { listOf, mapOf, objectOf, setOf, type Type } from '../cty/type.ts';
import { UNKNOWN, UNKNOWN_NOT_NULL, type Value, type ValueMap } from '../cty/value.ts';
import type { Path } from '../diagnostics.ts';
import type { Schema } from '../schema/schema.ts';
import { planState } from './plan.ts';
import { applyFaults, planFaults } from './valid.ts';

const schema: Schema = {
  version: 1,
  description: '',
  attributes: [
    { name: 'id', description: '', type: 'string', computed: true, stable: true },
    { name: 'name', description: '', type: 'string', required: true, replaces: true },
    { name: 'mode', description: '', type: 'string', optional: true, computed: true, default: 'slow' },
    { name: 'labels', description: '', type: mapOf('string'), optional: true },
    { name: 'tags', description: '', type: listOf('string'), optional: true, computed: true, default: [] },
    {
      name: 'parts',
      description: '',
      optional: true,
      type: {
        nesting: 'list',
        attributes: [
          { name: 'kind', description: '', type: 'string', required: true, replaces: true },
          { name: 'size', description: '', type: 'number', optional: true, computed: true, default: 1n },
          { name: 'serial', description: '', type: 'string', computed: true, stable: true },
        ],
      },
    },
  ],
};

const config = (values: ValueMap): ValueMap => ({
  id: null,
  name: 'a',
  mode: null,
  labels: null,
  tags: null,
  parts: null,
  ...values,
});
const state = (values: ValueMap): ValueMap => ({ ...config({}), id: 'a', mode: 'slow', tags: [], ...values });
const part = (values: ValueMap): ValueMap => ({ kind: 'k', size: null, serial: null, ...values });

interface Case {
  readonly why: string;
  readonly prior: ValueMap | null;
  readonly config: ValueMap;
  /** Core's merge, where it is not the configuration with the prior's computed values. */
  readonly proposed?: ValueMap;
  readonly planned: ValueMap;
  readonly replaces?: readonly Path[];
  readonly changed?: boolean;
}

const cases: readonly Case[] = [
  {
    why: 'create: defaults are filled in, computed is unknown',
    prior: null,
    config: config({}),
    planned: state({ id: UNKNOWN_NOT_NULL }),
  },
  {
    why: 'create: what is said wins over defaults, zero and empty included',
    prior: null,
    config: config({ mode: 'fast', labels: {}, tags: ['x'] }),
    planned: state({ id: UNKNOWN_NOT_NULL, mode: 'fast', labels: {}, tags: ['x'] }),
  },
  {
    why: 'create: an unknown value stays unknown and takes no default',
    prior: null,
    config: config({ mode: UNKNOWN, tags: UNKNOWN, parts: UNKNOWN }),
    planned: state({ id: UNKNOWN_NOT_NULL, mode: UNKNOWN, tags: UNKNOWN, parts: UNKNOWN }),
  },
  {
    why: 'create: defaults and unknowns reach into nested objects',
    prior: null,
    config: config({ parts: [part({})] }),
    planned: state({ id: UNKNOWN_NOT_NULL, parts: [part({ size: 1n, serial: UNKNOWN_NOT_NULL })] }),
  },
  {
    why: 'nothing changed: the state as it is',
    prior: state({}),
    config: config({}),
    planned: state({}),
    changed: false,
  },
  {
    why: 'update: what the controller decided is kept',
    prior: state({}),
    config: config({ mode: 'fast' }),
    planned: state({ mode: 'fast' }),
  },
  {
    why: 'update: an attribute that is taken out goes back to its default, not to its prior value',
    prior: state({ mode: 'fast', tags: ['x'] }),
    config: config({}),
    planned: state({}),
  },
  {
    why: 'update: an attribute without a default is emptied',
    prior: state({ labels: { a: 'b' } }),
    config: config({}),
    planned: state({ labels: null }),
  },
  {
    why: 'update: the spelling of nothing is the user\u2019s',
    prior: state({ labels: null }),
    config: config({ labels: {} }),
    planned: state({ labels: {} }),
  },
  {
    why: 'update: an added element is new, the others keep what the controller decided',
    prior: state({ parts: [part({ size: 1n, serial: 's1' })] }),
    config: config({ parts: [part({}), part({ size: 2n })] }),
    proposed: state({ parts: [part({ size: 1n, serial: 's1' }), part({ size: 2n })] }),
    planned: state({
      parts: [part({ size: 1n, serial: 's1' }), part({ size: 2n, serial: UNKNOWN_NOT_NULL })],
    }),
  },
  {
    why: 'another name replaces the object',
    prior: state({}),
    config: config({ name: 'b' }),
    planned: state({ name: 'b' }),
    replaces: [['name']],
  },
  {
    why: 'a name that is not known yet may replace it',
    prior: state({}),
    config: config({ name: UNKNOWN }),
    planned: state({ name: UNKNOWN }),
    replaces: [['name']],
  },
  {
    why: 'an immutable field in an element replaces it, by its own path',
    prior: state({ parts: [part({ size: 1n, serial: 's' })] }),
    config: config({ parts: [part({ kind: 'other' })] }),
    proposed: state({ parts: [part({ kind: 'other', size: 1n, serial: 's' })] }),
    planned: state({ parts: [part({ kind: 'other', size: 1n, serial: 's' })] }),
    replaces: [['parts', 0, 'kind']],
  },
];

/** Core's merge for attributes that are not nested. */
function merged(prior: ValueMap | null, configured: ValueMap): ValueMap {
  const computed = new Set(schema.attributes.filter((each) => each.computed).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(configured).map(([name, value]) => [
      name,
      value === null && computed.has(name) ? (prior?.[name] ?? null) : value,
    ]),
  );
}

test.each(cases)('$why', (each) => {
  const proposed = each.proposed ?? merged(each.prior, each.config);
  const plan = planState(schema, { prior: each.prior, config: each.config, proposed });
  expect(plan).toEqual({
    state: each.planned,
    replacedBy: each.replaces ?? [],
    changed: each.changed ?? true,
  });
});

const badPlans: readonly [why: string, configured: ValueMap, planned: ValueMap, path: Path][] = [
  ['a configured value is changed', config({ mode: 'fast' }), state({ mode: 'slow' }), ['mode']],
  ['a value appears from nowhere', config({}), state({ labels: { a: 'b' } }), ['labels']],
  ['a required value is changed', config({}), state({ name: 'b' }), ['name']],
  ['an element is dropped', config({ parts: [part({})] }), state({ parts: [] }), ['parts']],
  [
    'an element is changed',
    config({ parts: [part({})] }),
    state({ parts: [part({ kind: 'x' })] }),
    ['parts', 0, 'kind'],
  ],
  ['an unknown is made up', config({ tags: UNKNOWN }), state({ tags: ['x'] }), ['tags']],
];

test.each(badPlans)('a plan is refused where %s', (_why, configured, planned, path) => {
  expect(planFaults(schema.attributes, null, configured, planned).map((fault) => fault.path)).toEqual([path]);
});

test('keeping the prior value of a configured attribute is allowed: it suppresses changes without meaning', () => {
  expect(
    planFaults(schema.attributes, state({ mode: 'SLOW' }), config({ mode: 'slow' }), state({ mode: 'SLOW' })),
  ).toEqual([]);
});

const badStates: readonly [why: string, type: Type, planned: Value, actual: Value][] = [
  ['a known value differs', 'string', 'x', 'y'],
  ['null became empty', mapOf('string'), null, {}],
  ['empty became null', listOf('string'), [], null],
  ['a list grew', listOf('string'), ['x'], ['x', 'y']],
  ['a key is missing', mapOf('string'), { k: 'x' }, {}],
  ['something is still unknown', 'string', UNKNOWN, UNKNOWN],
  ['something inside is still unknown', listOf('string'), UNKNOWN, ['x', UNKNOWN]],
  ['null came of what was promised not to be null', 'string', UNKNOWN_NOT_NULL, null],
  ['a set grew', setOf('string'), ['x', UNKNOWN], ['x', 'y', 'z']],
];

test.each(badStates)('a state after apply is refused where %s', (_why, type, planned, actual) => {
  expect(applyFaults(objectOf({ a: type }), { a: planned }, { a: actual })).toHaveLength(1);
});

test('an unknown may become anything after apply, null included', () => {
  const type = objectOf({
    a: 'string',
    b: mapOf('number'),
    c: listOf('string'),
    d: setOf('string'),
  });
  const planned = { a: UNKNOWN, b: UNKNOWN, c: ['x', UNKNOWN], d: ['x', UNKNOWN, UNKNOWN] };
  expect(applyFaults(type, planned, { a: null, b: { k: 1n }, c: ['x', 'y'], d: ['a', 'x'] })).toEqual([]);
});
