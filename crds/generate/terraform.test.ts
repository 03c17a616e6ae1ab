import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { agent } from '../agent.ts';
import { defineKind, type Kind } from '../kind.ts';
import { kinds } from '../kinds.ts';
import { crdYaml } from './crd.ts';
import { snakeCase, terraformResource } from './terraform.ts';

const kindOf = (shape: z.core.$ZodLooseShape): Kind =>
  defineKind({
    name: 'Thing',
    singular: 'thing',
    plural: 'things',
    shortNames: [],
    scope: 'org',
    description: 'A made-up kind.',
    definitionVersion: 1,
    spec: z.strictObject(shape),
    columns: [],
  });

const text = z.string().describe('Text.');

test.each([
  {
    why: 'no description',
    shape: { color: z.string() },
    says: 'Thing.color: every field needs a description',
  },
  {
    why: 'no description deep inside',
    shape: { a: z.strictObject({ b: z.string() }).describe('A.') },
    says: 'Thing.a.b: every field needs a description',
  },
  {
    why: 'a name that Terraform reserves',
    shape: { dependsOn: text },
    says: 'Thing.dependsOn: Terraform reserves the name "depends_on"',
  },
  {
    why: 'a name of the metadata',
    shape: { labels: text },
    says: 'Thing.labels: Terraform reserves the name "labels"',
  },
  {
    why: 'a name that bindings cannot have',
    shape: { a: z.strictObject({ connection: text }).describe('A.') },
    says: 'Thing.a.connection: Terraform reserves',
  },
  {
    why: 'a union of types',
    shape: { a: z.union([z.string(), z.int()]).describe('A.') },
    says: 'Thing.a: Terraform has no type for',
  },
  {
    why: 'a list of lists',
    shape: { a: z.array(z.array(z.string())).describe('A.') },
    says: 'Thing.a: Terraform has no type for',
  },
])('what Terraform cannot express stops the generation with the field: $why', ({ shape, says }) => {
  expect(() => terraformResource(kindOf(shape))).toThrow(says);
});

test('a reserved name is free below the top level', () => {
  const kind = kindOf({ a: z.strictObject({ name: text }).describe('A.') });
  expect(terraformResource(kind).spec).toMatchObject([{ name: 'a', type: { nesting: 'single' } }]);
});

test('types, limits, defaults and marks of a field reach Terraform', () => {
  const { spec } = terraformResource(
    kindOf({
      limitMicroUsd: z.int().min(0).max(5).describe('Limit.'),
      mode: z.enum(['on', 'off']).default('on').describe('Mode.'),
      tools: z.array(z.string().min(1).max(9)).default([]).describe('Tools.'),
      pairs: z.record(z.string(), z.string()).optional().describe('Pairs.'),
      stages: z
        .array(z.strictObject({ on: z.boolean().describe('On.') }))
        .optional()
        .describe('Stages.'),
      region: z.string().meta({ immutable: true, description: 'Region.' }),
    }),
  );
  expect(spec).toEqual([
    {
      name: 'limit_micro_usd',
      field: 'limitMicroUsd',
      description: 'Limit.',
      type: 'number',
      required: true,
      constraints: { minimum: 0, maximum: 5, integer: true },
    },
    {
      name: 'mode',
      field: 'mode',
      description: 'Mode.',
      type: 'string',
      required: false,
      default: 'on',
      constraints: { oneOf: ['on', 'off'] },
    },
    {
      name: 'tools',
      field: 'tools',
      description: 'Tools.',
      type: ['list', 'string'],
      required: false,
      default: [],
      constraints: { minLength: 1, maxLength: 9 },
    },
    { name: 'pairs', field: 'pairs', description: 'Pairs.', type: ['map', 'string'], required: false },
    {
      name: 'stages',
      field: 'stages',
      description: 'Stages.',
      required: false,
      type: {
        nesting: 'list',
        attributes: [{ name: 'on', field: 'on', description: 'On.', type: 'bool', required: true }],
      },
    },
    {
      name: 'region',
      field: 'region',
      description: 'Region.',
      type: 'string',
      required: true,
      immutable: true,
    },
  ]);
});

test.each([
  ['budget', 'budget'],
  ['limitMicroUsd', 'limit_micro_usd'],
  ['maxTokensPerTurn', 'max_tokens_per_turn'],
])('%s is %s in Terraform', (field, name) => {
  expect(snakeCase(field)).toBe(name);
});

test('a CRD holds nothing that a structural schema may not', () => {
  for (const kind of kinds)
    expect(crdYaml(kind)).not.toMatch(
      /additionalProperties: false|propertyNames|references:|immutable:|filledIn:|form:|\$schema|exclusiveM/,
    );
});

test('integers keep their limits in the CRD, as exact numbers', () => {
  const budget = crdYaml(kinds.find(({ name }) => name === 'Budget') ?? agent);
  expect(budget).toContain('maximum: 9007199254740991');
  expect(budget).not.toMatch(/\de\+\d/);
});
