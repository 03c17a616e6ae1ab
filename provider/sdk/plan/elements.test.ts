// Plans of what is inside collections, and of attributes that are not like the others: which past an element has, what
// becomes unknown, what is never planned.

import { expect, test } from '@jest/globals';
import { listOf } from '../cty/type.ts';
import { equal, UNKNOWN, UNKNOWN_NOT_NULL, type Value, type ValueMap } from '../cty/value.ts';
import type { Attribute, NestedType, Schema } from '../schema/schema.ts';
import { planState } from './plan.ts';
import { planFaults } from './valid.ts';

const text = (name: string, more: Partial<Attribute>): Attribute => ({
  name,
  description: '',
  type: 'string',
  ...more,
});

function schemaOf(...attributes: Attribute[]): Schema {
  return { version: 0, description: '', attributes };
}

function planned(schema: Schema, prior: ValueMap | null, config: ValueMap) {
  const plan = planState(schema, { prior, config, proposed: config });
  expect(planFaults(schema.attributes, prior, config, plan.state)).toEqual([]);
  return plan;
}

const disks = (nesting: NestedType['nesting']): Schema =>
  schemaOf({
    name: 'disks',
    description: '',
    optional: true,
    type: {
      nesting,
      attributes: [
        text('size', { required: true }),
        text('serial', { computed: true, stable: true }),
        text('etag', { computed: true }),
      ],
    },
  });

const disk = (size: string, serial: Value = null, etag: Value = null): ValueMap => ({ size, serial, etag });
const wanted = (size: string): ValueMap => disk(size);

test('hashicorp/terraform-plugin-framework#709: the first of three elements goes, and the others keep their own computed values', () => {
  const prior = { disks: [disk('1', 's1', 'e1'), disk('2', 's2', 'e2'), disk('3', 's3', 'e3')] };
  const plan = planned(disks('list'), prior, { disks: [wanted('2'), wanted('3')] });
  expect(plan.state).toEqual({
    disks: [disk('2', 's2', UNKNOWN_NOT_NULL), disk('3', 's3', UNKNOWN_NOT_NULL)],
  });
});

test('hashicorp/terraform-plugin-framework#717: the same in a set, where elements have no position', () => {
  const prior = { disks: [disk('1', 's1', 'e1'), disk('2', 's2', 'e2')] };
  const plan = planned(disks('set'), prior, { disks: [wanted('2'), wanted('0')] });
  expect(plan.state).toEqual({
    disks: [disk('2', 's2', UNKNOWN_NOT_NULL), disk('0', UNKNOWN_NOT_NULL, UNKNOWN_NOT_NULL)],
  });
});

test('an element of a map keeps its past by its key', () => {
  const prior = { disks: { a: disk('1', 's1', 'e1'), b: disk('2', 's2', 'e2') } };
  const plan = planned(disks('map'), prior, { disks: { b: wanted('5'), c: wanted('1') } });
  expect(plan.state).toEqual({
    disks: {
      b: disk('5', 's2', UNKNOWN_NOT_NULL),
      c: disk('1', UNKNOWN_NOT_NULL, UNKNOWN_NOT_NULL),
    },
  });
});

test.each(['list', 'set'] as const)(
  'hashicorp/terraform-plugin-framework#898: computed values in a %s are no change by themselves',
  (nesting) => {
    const prior = { disks: [disk('1', 's1', 'e1'), disk('2', 's2', 'e2')] };
    const plan = planned(disks(nesting), prior, { disks: [wanted('1'), wanted('2')] });
    expect({ changed: plan.changed, state: plan.state }).toEqual({ changed: false, state: prior });
  },
);

test('two equal elements of a list have two pasts', () => {
  const prior = { disks: [disk('1', 's1', 'e1'), disk('1', 's2', 'e2')] };
  expect(planned(disks('list'), prior, { disks: [wanted('1'), wanted('1')] }).changed).toBe(false);
});

test('an element that is not known yet is left as it is', () => {
  const prior = { disks: [disk('1', 's1', 'e1')] };
  const config = { disks: [UNKNOWN] };
  expect(planned(disks('list'), prior, config).state).toEqual(config);
});

test('hashicorp/terraform#19469: what is computed and not stable is unknown as soon as anything changes, never its old value', () => {
  const schema = schemaOf(
    text('name', { required: true }),
    text('url', { computed: true }),
    text('id', { computed: true, stable: true }),
  );
  const prior = { name: 'a', url: 'http://a', id: '1' };
  expect(planned(schema, prior, { name: 'b', url: null, id: null }).state).toEqual({
    name: 'b',
    url: UNKNOWN_NOT_NULL,
    id: '1',
  });
  expect(planned(schema, prior, { name: 'a', url: null, id: null }).changed).toBe(false);
});

test('a write-only value is in no plan, deep inside too, and is no change', () => {
  const schema = schemaOf(
    text('token_wo', { optional: true, writeOnly: true }),
    text('token_wo_version', { optional: true }),
    {
      name: 'login',
      description: '',
      optional: true,
      type: {
        nesting: 'single',
        attributes: [
          text('user', { required: true }),
          text('password_wo', { required: true, writeOnly: true }),
        ],
      },
    },
  );
  const config = {
    token_wo: 'secret',
    token_wo_version: '1',
    login: { user: 'u', password_wo: 'secret' },
  };
  const state = { token_wo: null, token_wo_version: '1', login: { user: 'u', password_wo: null } };
  expect(planned(schema, null, config).state).toEqual(state);
  expect(planned(schema, state, config).changed).toBe(false);
  expect(planned(schema, state, { ...config, token_wo_version: '2' }).changed).toBe(true);
});

test('hashicorp/terraform#4501: an optional attribute that is taken out resets to its default, or is kept where it is computed', () => {
  const schema = schemaOf(
    text('mode', { optional: true, computed: true, default: 'slow' }),
    text('address', { optional: true, computed: true, stable: true, nullable: true }),
  );
  const out = { mode: null, address: null };
  expect(planned(schema, { mode: 'fast', address: '10.0.0.1' }, out).state).toEqual({
    mode: 'slow',
    address: '10.0.0.1',
  });
  expect(planned(schema, null, out).state).toEqual({ mode: 'slow', address: UNKNOWN });
});

test('another spelling of the same is no change; a value of which only parts are the same is taken as it is written', () => {
  const sameLetters = (left: Value, right: Value) =>
    String(left).toLowerCase() === String(right).toLowerCase();
  const schema = schemaOf(text('rule', { optional: true, equivalent: sameLetters }), {
    name: 'rules',
    description: '',
    type: listOf('string'),
    optional: true,
    equivalent: sameLetters,
  });
  const prior = { rule: 'A', rules: ['A', 'B'] };
  expect(planned(schema, prior, { rule: 'a', rules: ['a', 'b'] })).toMatchObject({
    changed: false,
    state: prior,
  });
  expect(planned(schema, prior, { rule: 'a', rules: ['a', 'c'] }).state).toEqual({
    rule: 'A',
    rules: ['a', 'c'],
  });
  // Null is not a spelling of anything.
  expect(planned(schema, prior, { rule: null, rules: ['a', 'b'] }).state).toEqual({
    rule: null,
    rules: ['A', 'B'],
  });
});

test('in a list another spelling stays only where it was, since core looks for it there', () => {
  const schema = schemaOf({
    name: 'rules',
    description: '',
    optional: true,
    type: {
      nesting: 'list',
      attributes: [
        text('key', { required: true }),
        text('rule', {
          optional: true,
          equivalent: (left, right) => left.toLowerCase() === right.toLowerCase(),
        }),
      ],
    },
  });
  const rule = (key: string, spelled: string) => ({ key, rule: spelled });
  const prior = { rules: [rule('1', 'A'), rule('2', 'B')] };
  const changed = { rules: [rule('1', 'a'), rule('2', 'b')] };
  expect(planned(schema, prior, changed).state).toEqual(prior);
  const moved = { rules: [rule('2', 'b'), rule('1', 'a')] };
  expect(planned(schema, prior, moved).state).toEqual(moved);
});

test('a set of 5,000 elements is planned by looking at each a few times, not at each pair', () => {
  let looks = 0;
  const counting = (item: ValueMap): ValueMap =>
    new Proxy(item, {
      get: (target, key, receiver) => {
        looks += 1;
        return Reflect.get(target, key, receiver);
      },
    });
  const many = (size: number) => Array.from({ length: size }, (_, at) => counting(wanted(String(at))));
  const work = (size: number) => {
    looks = 0;
    const prior = { disks: many(size).map((item, at) => ({ ...item, serial: `s${at}`, etag: 'e' })) };
    const config = { disks: [...many(size), wanted('new')] };
    const plan = planState(disks('set'), { prior, config, proposed: config });
    expect(equal(plan.state.disks ?? null, prior.disks)).toBe(false);
    return looks / size;
  };
  expect(work(5_000)).toBeLessThan(2 * work(500));
});
