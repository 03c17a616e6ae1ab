// Every shape that breaks a generator of bindings, and the ones beside it that do not.

import { expect, test } from '@jest/globals';
import { lintSchema } from './lint.ts';
import { parseSchema } from './schema.ts';

const said = (block: object): string[] =>
  lintSchema(parseSchema({ provider_schemas: { p: { resource_schemas: { lattice_x: { block } } } } }, 'p'));
const attributes = (found: object): object => ({ attributes: found });
const nested = (mode: string, found: object): object => ({
  nested_type: { nesting_mode: mode, attributes: found },
  optional: true,
});
const text = { type: 'string', optional: true };

test.each<[string, object, RegExp]>([
  ['a nested group', attributes({ a: nested('group', { b: text }) }), /x\.a: nesting mode group/],
  ['a group block', { block_types: { a: { nesting_mode: 'group', block: {} } } }, /x\.a: nesting mode group/],
  [
    'a map of blocks',
    { block_types: { a: { nesting_mode: 'map', block: {} } } },
    /x\.a: a block nested as a map/,
  ],
  ['a tuple', attributes({ a: { type: ['tuple', ['string']] } }), /x\.a: generators refuse tuples/],
  ['a tuple within', attributes({ a: { type: ['list', ['tuple', []]] } }), /refuse tuples/],
  ['dynamic in a list', attributes({ a: { type: ['list', 'dynamic'] } }), /x\.a: dynamic inside/],
  [
    'dynamic in objects of a map',
    attributes({ a: { type: ['map', ['object', { b: 'dynamic' }]] } }),
    /x\.a\.b: dynamic inside/,
  ],
  [
    'write-only in a set',
    attributes({ a: nested('set', { b: { ...text, write_only: true } }) }),
    /x\.a\.b: write-only/,
  ],
  ['a taken name', attributes({ connection: text }), /x\.connection: the name is taken/],
  [
    'a taken name within',
    attributes({ a: nested('single', { to_string: text }) }),
    /x\.a\.to_string: the name/,
  ],
  [
    'two names of one binding',
    attributes({ ipv6_state: text, ipv6state: text }),
    /ipv6state: has the same name as ipv6_state/,
  ],
  ['a bare token', attributes({ join_token: text }), /x\.join_token: the name says secret/],
  ['bare tokens', attributes({ tokens: { type: ['list', 'string'] } }), /x\.tokens: the name says secret/],
  [
    'a key in an object that holds more than references',
    attributes({ api_key: nested('single', { env: text, value: text }) }),
    /x\.api_key: the name says secret/,
  ],
])('%s is refused, with its path', (_why, block, message) => {
  expect(said(block)).toEqual([expect.stringMatching(message)]);
});

test.each<[string, object]>([
  ['dynamic alone', attributes({ a: { type: 'dynamic' } })],
  ['a sensitive token', attributes({ token: { ...text, sensitive: true } })],
  ['a write-only token', attributes({ token: { ...text, write_only: true } })],
  [
    'a count of tokens',
    attributes({ limit_tokens: { type: 'number' }, soft_tokens: { type: ['list', 'number'] } }),
  ],
  [
    'a reference to a key',
    attributes({
      api_key: nested('single', { env: text, file: text, stored: nested('single', { name: text }) }),
    }),
  ],
])('%s is allowed', (_why, block) => {
  expect(said(block)).toEqual([]);
});

test('two types of one binding, and a tuple that a function takes, are refused', () => {
  const block = {};
  const schema = parseSchema(
    {
      provider_schemas: {
        p: {
          resource_schemas: { lattice_mesh_peer: { block }, lattice_meshpeer: { block } },
          functions: {
            f: { return_type: 'string', variadic_parameter: { name: 'a', type: ['tuple', ['string']] } },
          },
        },
      },
    },
    'p',
  );
  expect(lintSchema(schema)).toEqual([
    'resource.lattice_meshpeer: has the same name as lattice_mesh_peer in bindings',
    'function f: generators refuse tuples; use a list or an object',
  ]);
});
