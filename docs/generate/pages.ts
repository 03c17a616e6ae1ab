// The provider's pages as registries lay them out, from its schema and the examples. Promise: pure; a kind of thing that the
// schema does not tell of (an older CLI prints none of it) is not among the judged folders, so nobody removes its pages.

import { oneLine, schemaSection, typeName } from './attributes.ts';
import type { Examples } from './examples.ts';
import type { Block, FunctionSignature, Identity, ProviderSchema } from './schema.ts';
import { subcategoryOf } from './subcategory.ts';

export interface Pages {
  /** Path from the folder of the pages to content. */
  readonly files: ReadonlyMap<string, string>;
  /** Folders whose pages are all known; `.` is the index. */
  readonly judged: readonly string[];
}

const NOTICE = '<!-- Generated from the schema and examples/ by `npm run generate`. Do not edit. -->';
/** Older CLIs print no identities, so what is between these is compared only where they do. */
const IDENTITY = { begin: '<!-- identity -->', end: '<!-- /identity -->' } as const;

/** What a page is named after, and which file shows its use. */
const sections = [
  { folder: 'resources', key: 'resource_schemas', word: 'Resource', files: ['resource.tf'] },
  { folder: 'data-sources', key: 'data_source_schemas', word: 'Data Source', files: ['data-source.tf'] },
  {
    folder: 'ephemeral-resources',
    key: 'ephemeral_resource_schemas',
    word: 'Ephemeral Resource',
    files: ['ephemeral-resource.tf'],
  },
  { folder: 'actions', key: 'action_schemas', word: 'Action', files: ['action.tf'] },
  {
    folder: 'list-resources',
    key: 'list_resource_schemas',
    word: 'List Resource',
    files: ['list-resource.tfquery.hcl', 'list-resource.tf'],
  },
] as const;

export function providerPages(schema: ProviderSchema, examples: Examples, provider: string): Pages {
  const files = new Map([['index.md', indexPage(schema.provider.block, examples, provider)]]);
  const judged = ['.'];
  const unknown: string[] = [];
  const judge = (folder: string, names: readonly string[]) => {
    judged.push(folder);
    for (const path of examples.paths)
      if (path.startsWith(`${folder}/`) && !names.includes(path.split('/')[1] ?? '')) unknown.push(path);
  };
  for (const { folder, key, word, files: candidates } of sections) {
    const found = schema[key];
    if (found === undefined) continue;
    judge(folder, Object.keys(found));
    for (const [name, { block }] of Object.entries(found)) {
      const path = (file: string) => `${folder}/${name}/${file}`;
      const use = candidates.find((file) => examples.optional(path(file)) !== undefined) ?? candidates[0];
      const parts = [
        usage(examples.required(path(use))),
        schemaSection(block),
        ...(key === 'resource_schemas'
          ? importSection(name, examples, schema.resource_identity_schemas?.[name])
          : []),
      ];
      files.set(
        `${folder}/${pageName(name, provider)}.md`,
        page(name, word, provider, block.description, parts),
      );
    }
  }
  if (schema.functions !== undefined) {
    judge('functions', Object.keys(schema.functions));
    for (const [name, signature] of Object.entries(schema.functions))
      files.set(`functions/${name}.md`, functionPage(name, signature, examples, provider));
  }
  const faults = [
    ...[...examples.missing].map((path) => `examples/${path} is missing; its page shows it`),
    ...unknown.map((path) => `examples/${path} is of nothing that the provider has`),
  ];
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return { files, judged };
}

/** A page as it is compared: without identities where the CLI prints none. */
export function comparable(text: string, schema: ProviderSchema): string {
  if (schema.resource_identity_schemas !== undefined) return text;
  return text.replaceAll(new RegExp(`${IDENTITY.begin}[^]*?${IDENTITY.end}\n*`, 'g'), '');
}

const pageName = (name: string, provider: string): string => name.slice(`${provider}_`.length);

function page(
  name: string,
  word: string,
  provider: string,
  description: string,
  parts: readonly string[],
): string {
  return [
    frontMatter(`${name} ${word} - ${provider}`, subcategoryOf(pageName(name, provider)), description),
    `# ${name} (${word})`,
    description,
    ...parts,
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function frontMatter(title: string, subcategory: string, description: string): string {
  const quoted = (text: string) => JSON.stringify(oneLine(text));
  return [
    '---',
    `page_title: ${quoted(title)}`,
    `subcategory: ${quoted(subcategory)}`,
    `description: ${quoted(description)}`,
    '---',
    '',
    NOTICE,
  ].join('\n');
}

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;
const usage = (text: string): string => `## Example Usage\n\n${fenced('terraform', text)}`;

function indexPage(block: Block, examples: Examples, provider: string): string {
  return [
    frontMatter(`${provider} Provider`, '', block.description),
    `# ${provider} Provider`,
    block.description,
    usage(examples.required('provider/provider.tf')),
    schemaSection(block),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function importSection(name: string, examples: Examples, identity: Identity | undefined): string[] {
  const folder = `resources/${name}`;
  const byId = examples.required(`${folder}/import-by-string-id.tf`);
  const command = examples.required(`${folder}/import.sh`);
  const byIdentity = examples.optional(`${folder}/import-by-identity.tf`);
  return [
    '## Import',
    'By id, with an `import` block:',
    fenced('terraform', byId),
    'With the command:',
    fenced('shell', command),
    ...(byIdentity === undefined
      ? []
      : ['By identity, with Terraform 1.12 or later:', fenced('terraform', byIdentity)]),
    ...(identity === undefined ? [] : [identityPart(identity)]),
  ];
}

function identityPart({ attributes }: Identity): string {
  const items = Object.entries(attributes).map(
    ([name, { type, description, required_for_import: isRequired }]) =>
      `- \`${name}\` (${typeName(type)}, ${isRequired ? 'required' : 'optional'}) ${oneLine(description)}`.trim(),
  );
  return [IDENTITY.begin, '### Identity Schema', '', ...items, IDENTITY.end].join('\n');
}

function functionPage(
  name: string,
  { summary, description, return_type, parameters, variadic_parameter: rest }: FunctionSignature,
  examples: Examples,
  provider: string,
): string {
  const plain = (type: typeof return_type): string => typeName(type).toLowerCase();
  const all = [...parameters, ...(rest ? [{ ...rest, name: `${rest.name}...` }] : [])];
  const signature = `${name}(${all.map((each) => `${each.name} ${plain(each.type)}`).join(', ')}) ${plain(return_type)}`;
  return [
    frontMatter(`${name} Function - ${provider}`, '', summary),
    `# ${name} (Function)`,
    description,
    usage(examples.required(`functions/${name}/function.tf`)),
    `## Signature\n\n${fenced('text', signature)}`,
    '## Arguments',
    all
      .map((each, at) => `${at + 1}. \`${each.name}\` (${typeName(each.type)}) ${oneLine(each.description)}`)
      .join('\n'),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}
