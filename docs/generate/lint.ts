// What Terraform takes and a generator of bindings does not, found before a user meets it: shapes that crash it or cannot be
// set, names that do not compile or hide each other, and secrets that are not declared as such.
// Promise: every fault is said with the path of its attribute.

import type { Attribute, Block, ProviderSchema, TypeExpression } from './schema.ts';

/** Generated classes have members of these names. */
const TAKEN = new Set(['connection', 'to_string', 'node', 'construct', 'constructor', 'synthesize']);
/** Words of a name that stands for a secret's value. */
const SECRET = /(^|_)(tokens?|secrets?|passwords?|passphrase|api_keys?|private_keys?|credentials?)$/;

export function lintSchema(schema: ProviderSchema): string[] {
  const groups = {
    resource: schema.resource_schemas,
    data: schema.data_source_schemas,
    ephemeral: schema.ephemeral_resource_schemas,
    action: schema.action_schemas,
    list: schema.list_resource_schemas,
  };
  return [
    ...lintBlock(schema.provider.block, 'provider'),
    ...Object.entries(groups).flatMap(([group, found]) => [
      ...lintNames(Object.keys(found ?? {}), group),
      ...Object.entries(found ?? {}).flatMap(([name, { block }]) => lintBlock(block, `${group} ${name}`)),
    ]),
    ...Object.entries(schema.functions ?? {}).flatMap(
      ([name, { return_type, parameters, variadic_parameter }]) =>
        [return_type, ...parameters.map(({ type }) => type), variadic_parameter?.type ?? 'string'].flatMap(
          (type) => lintType(type, `function ${name}`),
        ),
    ),
  ];
}

function lintBlock(block: Block, path: string, inSet = false): string[] {
  return [
    ...lintNames([...Object.keys(block.attributes), ...Object.keys(block.block_types)], path),
    ...lintAttributes(block.attributes, path, inSet),
    ...Object.entries(block.block_types).flatMap(([name, { nesting_mode: mode, block: inner }]) => {
      const here = `${path}.${name}`;
      return [
        ...(mode === 'group' ? [`${here}: nesting mode group crashes generators; use single`] : []),
        ...(mode === 'map'
          ? [`${here}: a block nested as a map cannot be set from bindings; use an attribute`]
          : []),
        ...lintBlock(inner, here, inSet || mode === 'set'),
      ];
    }),
  ];
}

function lintAttributes(
  attributes: Readonly<Record<string, Attribute>>,
  path: string,
  inSet: boolean,
): string[] {
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const here = `${path}.${name}`;
    const { nested_type: nested, type } = attribute;
    const faults = [
      ...(attribute.write_only && inSet ? [`${here}: write-only cannot stand in a set`] : []),
      ...(isBareSecret(name, attribute)
        ? [
            `${here}: the name says secret; make it sensitive or write-only, or a reference to where the secret is`,
          ]
        : []),
      ...(type === undefined ? [] : lintType(type, here)),
    ];
    if (nested === undefined) return faults;
    return [
      ...faults,
      ...(nested.nesting_mode === 'group'
        ? [`${here}: nesting mode group crashes generators; use single`]
        : []),
      ...lintNames(Object.keys(nested.attributes), here),
      ...lintAttributes(nested.attributes, here, inSet || nested.nesting_mode === 'set'),
    ];
  });
}

function lintType(type: TypeExpression, path: string, inCollection = false): string[] {
  if (typeof type === 'string')
    return type === 'dynamic' && inCollection
      ? [`${path}: dynamic inside a collection has no type to bind to`]
      : [];
  switch (type[0]) {
    case 'tuple':
      return [`${path}: generators refuse tuples; use a list or an object`];
    case 'object':
      return Object.entries(type[1]).flatMap(([name, inner]) =>
        lintType(inner, `${path}.${name}`, inCollection),
      );
    default:
      return lintType(type[1], path, true);
  }
}

function lintNames(names: readonly string[], path: string): string[] {
  const seen = new Map<string, string>();
  return names.flatMap((name) => {
    const camel = name.replaceAll(/_+([a-z0-9])/gi, (_match, letter: string) => letter.toUpperCase());
    const other = seen.get(camel.toLowerCase());
    seen.set(camel.toLowerCase(), name);
    return [
      ...(TAKEN.has(name) ? [`${path}.${name}: the name is taken in generated classes`] : []),
      ...(other === undefined ? [] : [`${path}.${name}: has the same name as ${other} in bindings`]),
    ];
  });
}

/** A number of tokens is no secret, and neither is an object that only says where a secret is. */
function isBareSecret(name: string, { type, nested_type, sensitive, write_only }: Attribute): boolean {
  if (!SECRET.test(name) || sensitive || write_only) return false;
  if (nested_type !== undefined) return !isReference(nested_type.attributes);
  return !isCount(type ?? 'dynamic');
}

/** Numbers and truths, however many: `limit_tokens` counts, it opens nothing. */
function isCount(type: TypeExpression): boolean {
  if (typeof type === 'string') return type === 'number' || type === 'bool';
  return type[0] !== 'object' && type[0] !== 'tuple' && isCount(type[1]);
}

/** The members of references, by what they are: a place (env, file) or a thing by name and version. */
const PLACES = new Set(['env', 'file', 'name', 'version', 'key', 'namespace']);
/** What holds the thing. */
const STORES = new Set(['stored', 'kubernetes']);

function isReference(attributes: Readonly<Record<string, Attribute>>): boolean {
  const members = Object.entries(attributes);
  return (
    members.length > 0 &&
    members.every(([name, { nested_type, sensitive }]) =>
      nested_type === undefined
        ? PLACES.has(name) && !sensitive
        : (PLACES.has(name) || STORES.has(name)) && isReference(nested_type.attributes),
    )
  );
}
