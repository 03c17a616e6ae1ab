// The schema section of a page: what is required, optional and read only, then every nested schema under its own heading.
// Promise: each attribute stands once, with its type and its description.

import type { Attribute, Block, NestingMode, TypeExpression } from './schema.ts';

/** Three groups, in the order in which a reader needs them. */
const groups: readonly { title: string; holds: (field: Field) => boolean }[] = [
  { title: 'Required', holds: ({ required }) => required },
  { title: 'Optional', holds: ({ required, optional }) => !required && optional },
  { title: 'Read-Only', holds: ({ required, optional }) => !required && !optional },
];

interface Field {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly required: boolean;
  readonly optional: boolean;
  readonly notes: readonly string[];
  /** What it is made of, for a section of its own. */
  readonly inner?: readonly Field[];
}

export function schemaSection(block: Block): string {
  const fields = fieldsOf(block);
  return ['## Schema', ...listed(fields, [], '### '), ...nestedSections(fields, [])].join('\n\n');
}

function fieldsOf(block: Block): Field[] {
  const attributes = Object.entries(block.attributes).map(([name, attribute]) =>
    attributeField(name, attribute),
  );
  const blocks = Object.entries(block.block_types).map(
    ([name, { nesting_mode, block: inner, min_items }]): Field => ({
      name,
      type: nestedType('Block', nesting_mode),
      description: inner.description,
      required: min_items > 0,
      optional: min_items === 0,
      notes: [],
      inner: fieldsOf(inner),
    }),
  );
  return [...attributes, ...blocks].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function attributeField(name: string, attribute: Attribute): Field {
  const { nested_type: nested, description, required, optional } = attribute;
  return {
    name,
    type: nested ? nestedType('Attributes', nested.nesting_mode) : typeName(attribute.type ?? 'dynamic'),
    description,
    required,
    optional,
    notes: [
      ...(attribute.sensitive ? ['Sensitive'] : []),
      ...(attribute.write_only ? ['Write-only'] : []),
      ...(attribute.deprecated ? ['Deprecated'] : []),
    ],
    ...(nested && {
      inner: Object.entries(nested.attributes).map(([key, inner]) => attributeField(key, inner)),
    }),
  };
}

function listed(fields: readonly Field[], path: readonly string[], heading: '### ' | ''): string[] {
  return groups.flatMap(({ title, holds }) => {
    const held = fields.filter(holds);
    if (held.length === 0) return [];
    return [
      heading === '' ? `${title}:` : `${heading}${title}`,
      held.map((each) => item(each, path)).join('\n'),
    ];
  });
}

function item({ name, type, description, notes, inner }: Field, path: readonly string[]): string {
  const said = [type, ...notes].join(', ');
  const link = inner ? `(see [below for nested schema](#${anchor([...path, name])}))` : '';
  return [`- \`${name}\` (${said})`, oneLine(description), link].filter(Boolean).join(' ');
}

function nestedSections(fields: readonly Field[], path: readonly string[]): string[] {
  return fields.flatMap(({ name, inner }) => {
    if (inner === undefined) return [];
    const here = [...path, name];
    return [
      `<a id="${anchor(here)}"></a>\n### Nested Schema for \`${here.join('.')}\``,
      ...listed(inner, here, ''),
      ...nestedSections(inner, here),
    ];
  });
}

const anchor = (path: readonly string[]): string => `nestedatt--${path.join('--')}`;

const nestedType = (word: 'Attributes' | 'Block', mode: NestingMode): string =>
  mode === 'single' || mode === 'group' ? word : `${word} ${mode[0]?.toUpperCase()}${mode.slice(1)}`;

const words: Readonly<Record<string, string>> = {
  string: 'String',
  number: 'Number',
  bool: 'Boolean',
  dynamic: 'Dynamic',
  list: 'List',
  set: 'Set',
  map: 'Map',
};

export function typeName(type: TypeExpression): string {
  if (typeof type === 'string') return words[type] ?? type;
  if (type[0] === 'object') return 'Object';
  if (type[0] === 'tuple') return 'Tuple';
  return `${words[type[0]]} of ${typeName(type[1])}`;
}

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
