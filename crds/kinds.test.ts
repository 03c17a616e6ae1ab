import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { type JsonSchema, toJsonSchema } from './generate/json-schema.ts';
import { snakeCase } from './generate/terraform.ts';
import { resources } from './generated/terraform.ts';
import { displayName, kindByAlias, kindNamed, kinds, terraformType } from './kinds.ts';
import { referencesOf } from './references.ts';
import { validateManifest } from './validate.ts';

interface Field {
  readonly path: string;
  readonly parent: string;
  readonly name: string;
  readonly schema: JsonSchema;
}

function fieldsOf(schema: JsonSchema, parent: string): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const path = `${parent}.${name}`;
    return [{ path, parent, name, schema: inner }, ...fieldsOf(inner.items ?? inner, path)];
  });
}

const fields = kinds.flatMap((kind) => fieldsOf(toJsonSchema(kind.spec), kind.name));

test.each(fields)('$path says what it is', ({ schema }) => {
  expect(schema.description).toMatch(/^\S.{8,}\.$/s);
});

test('no two fields of one object share a name in snake case', () => {
  const names = fields.map(({ parent, name }) => `${parent}.${snakeCase(name)}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('every spelling of a kind leads to that kind alone', () => {
  const spellings = kinds.flatMap((kind) => [kind.singular, kind.plural, ...kind.shortNames]);
  expect(new Set(spellings).size).toBe(spellings.length);
  for (const kind of kinds)
    for (const alias of [kind.name, kind.name.toUpperCase(), kind.singular, kind.plural, ...kind.shortNames])
      expect(kindByAlias(alias)?.name).toBe(kind.name);
  expect(kindByAlias('pod')).toBeUndefined();
  expect(kindNamed('agent')).toBeUndefined();
});

test('a kind comes after the kinds that it refers to', () => {
  const targets = kinds.map(
    (kind) => JSON.stringify(toJsonSchema(kind.spec)).match(/(?<="references":")\w+/g) ?? [],
  );
  expect(targets.flat()).toContain('Budget');
  for (const [index, kind] of kinds.entries()) {
    const known = kinds.slice(0, index + 1).map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(targets[index] ?? []));
    expect(kinds.indexOf(kind)).toBe(index);
  }
});

test('printer columns point at fields that exist', () => {
  for (const kind of kinds) {
    const known = [
      ...fieldsOf(toJsonSchema(kind.spec), '/spec').map(({ path }) => path.replaceAll('.', '/')),
    ];
    for (const { pointer } of kind.columns.filter((column) => column.pointer.startsWith('/spec')))
      expect(known).toContain(pointer);
  }
});

test('the definitions cannot be changed at run time', () => {
  expect(kinds.every((kind) => Object.isFrozen(kind))).toBe(true);
  expect(Object.isFrozen(kinds)).toBe(true);
});

test('every kind has a Terraform resource with the same fields', () => {
  for (const kind of kinds) {
    const resource = resources[terraformType(kind)];
    expect(resource?.spec.map(({ field }) => field)).toEqual(
      Object.keys(toJsonSchema(kind.spec).properties ?? {}),
    );
  }
});

test('the example of every kind is valid, and what it refers to comes before it', async () => {
  const files = ['quickstart', 'governance'].map((name) =>
    join(import.meta.dirname, `../examples/yaml/${name}.yaml`),
  );
  const text = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('---\n');
  const manifests = parseAllDocuments(text).map((document) => validateManifest(document.toJS()));
  expect(manifests.flatMap(({ findings }) => findings)).toEqual([]);
  const seen = new Set<string>();
  for (const { manifest } of manifests) {
    if (manifest === undefined) throw new Error('a manifest without findings is missing');
    const { kind, org, name, spec } = manifest;
    for (const reference of referencesOf(kind, spec))
      expect(seen).toContain(`${reference.kind}/${reference.name}`);
    if (kind.scope === 'org') expect(seen).toContain(`Org/${org}`);
    seen.add(`${kind.name}/${name}`);
  }
  expect(new Set(manifests.map(({ manifest }) => manifest?.kind.name))).toEqual(
    new Set(kinds.map(({ name }) => name)),
  );
});

test.each([
  ['Org', 'org x'],
  ['Budget', 'budget acme/x'],
  ['AgentRoleBinding', 'agentrolebinding acme/x'],
])('people read %s as %s', (name, shown) => {
  const kind = kinds.find((known) => known.name === name);
  expect(kind && displayName(kind, 'acme', 'x')).toBe(shown);
});

test.each([
  ['Org', 'lattice_org'],
  ['AgentRoleBinding', 'lattice_agent_role_binding'],
])('Terraform knows %s as %s', (name, type) => {
  const kind = kinds.find((known) => known.name === name);
  expect(kind && terraformType(kind)).toBe(type);
});
