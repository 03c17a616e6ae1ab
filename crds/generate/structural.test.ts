import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { agent } from '../agent.ts';
import { kinds } from '../kinds.ts';
import { crd } from './crd.ts';
import { toJsonSchema, toRuledSchema } from './json-schema.ts';
import { type StructuralSchema, structural } from './structural.ts';

const text = z.string().max(9).describe('Text.');

/** Every schema within, with its path. */
function within(schema: unknown, path: string): { path: string; schema: StructuralSchema }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const here: StructuralSchema = { ...schema };
  const { properties = {}, items, additionalProperties } = here;
  return [
    { path, schema: here },
    ...Object.entries(Object(properties)).flatMap(([name, inner]) => within(inner, `${path}.${name}`)),
    ...within(items, `${path}[]`),
    ...within(additionalProperties, `${path}{}`),
  ];
}

const specs = kinds.flatMap((kind) =>
  within(structural(toRuledSchema(kind.spec), { isSpec: true }), kind.name),
);

test('everything of a spec is bounded, or the API server could not tell what a rule costs', () => {
  const unbounded = specs.filter(
    ({ schema }) =>
      (schema.type === 'string' && schema.enum === undefined && schema.maxLength === undefined) ||
      (schema.type === 'array' && schema.maxItems === undefined) ||
      (schema.additionalProperties !== undefined && schema.maxProperties === undefined) ||
      (schema.type === 'integer' && (schema.minimum === undefined || schema.maximum === undefined)),
  );
  expect(unbounded.map(({ path }) => path)).toEqual([]);
});

test('no text may hold NUL, and where there is a pattern it speaks without a format', () => {
  for (const { path, schema } of specs.filter(({ schema: { type } }) => type === 'string')) {
    const fits = (value: string) =>
      schema.enum !== undefined || new RegExp(String(schema.pattern)).test(value);
    expect([path, schema.enum !== undefined || fits('a\0b')]).toEqual([path, schema.enum !== undefined]);
    expect([path, schema.format]).toEqual([path, undefined]);
  }
});

test('the rules for Kubernetes are on no other surface', () => {
  const ruled = JSON.stringify(kinds.map((kind) => toRuledSchema(kind.spec)));
  expect(ruled).toContain('"cel"');
  expect(JSON.stringify(kinds.map((kind) => toJsonSchema(kind.spec)))).not.toMatch(/"cel"|listMapKey/);
});

test('what cannot change has a rule on its parent, which sees it come and go', () => {
  const field = text.meta({ immutable: true });
  const ruleOf = (schema: z.ZodType) =>
    structural(toRuledSchema(z.strictObject({ a: schema })), { isSpec: true })['x-kubernetes-validations'];
  expect(ruleOf(field)).toMatchObject([{ rule: 'self.a == oldSelf.a', fieldPath: '.a' }]);
  expect(ruleOf(field.optional())).toMatchObject([
    { rule: 'has(self.a) == has(oldSelf.a) && (!has(self.a) || self.a == oldSelf.a)' },
  ]);
});

test.each([
  {
    why: 'immutable below the spec',
    schema: z.strictObject({ a: z.strictObject({ b: text.meta({ immutable: true }) }) }),
    says: '.a: only fields of the spec itself can be immutable',
  },
  {
    why: 'a keyword that Kubernetes does not know',
    schema: z.strictObject({ a: z.strictObject({ b: z.union([text, z.int()]) }) }),
    says: '.a.b: Kubernetes has no anyOf',
  },
])('what Kubernetes cannot say stops the generation with the field: $why', ({ schema, says }) => {
  expect(() => structural(toRuledSchema(schema), { isSpec: true })).toThrow(says);
});

test('a status holds what the API tells of it, and what belongs to Kubernetes alone', () => {
  const [version] = crd(agent).spec.versions;
  const status = within(version?.schema.openAPIV3Schema, '').filter(({ path }) => path.startsWith('.status'));
  const paths = status.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['.status.uid', '.status.lastHandledReconcileAt', '.status.conditions[].reason']),
  );
  // One default alone says that nobody has looked: without a status kstatus would take the object for done.
  expect(status[0]?.schema.required).toBeUndefined();
  const defaults = status.filter(({ schema }) => schema.default !== undefined);
  expect(defaults.map(({ path, schema }) => [path, schema.default])).toEqual([
    ['.status', { observedGeneration: -1 }],
  ]);
});

test('columns have the type of what they show', () => {
  const columns = kinds.flatMap((kind) =>
    crd(kind).spec.versions.flatMap(({ additionalPrinterColumns }) =>
      additionalPrinterColumns.map((column) => [`${kind.name} ${column.name}`, column] as const),
    ),
  );
  const byName = Object.fromEntries(columns);
  expect(byName['Budget Limit-Micro-USD']).toMatchObject({
    type: 'integer',
    jsonPath: '.spec.limitMicroUsd',
  });
  expect(byName['MeshPeer Address']).toMatchObject({
    type: 'string',
    jsonPath: '.status.externalIds.address',
  });
  expect(byName['Waiver Fingerprint']).toMatchObject({ priority: 1 });
});
