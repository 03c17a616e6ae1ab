// The provider's pages of a small schema: what each holds, what is said when an example is missing, and what an older CLI
// leaves alone.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../../servers/testing.ts';
import { readExamples } from './examples.ts';
import { comparable, providerPages } from './pages.ts';
import { parseSchema } from './schema.ts';

const block = {
  attributes: {
    name: { type: 'string', description: 'A name.', required: true },
    key: { type: 'string', optional: true, write_only: true, sensitive: true },
    id: { type: 'string', computed: true },
  },
  description: 'A thing.',
};
const printed = {
  provider_schemas: {
    p: {
      provider: { block: {} },
      resource_schemas: { lattice_thing: { block } },
      ephemeral_resource_schemas: { lattice_pass: { block } },
      action_schemas: { lattice_hold: { block } },
      list_resource_schemas: { lattice_thing: { block } },
      resource_identity_schemas: {
        lattice_thing: { attributes: { name: { type: 'string', required_for_import: true } } },
      },
    },
  },
};
const schema = parseSchema(printed, 'p');

const everyFile = [
  'provider/provider.tf',
  'resources/lattice_thing/resource.tf',
  'resources/lattice_thing/import.sh',
  'resources/lattice_thing/import-by-string-id.tf',
  'ephemeral-resources/lattice_pass/ephemeral-resource.tf',
  'actions/lattice_hold/action.tf',
  'list-resources/lattice_thing/list-resource.tfquery.hcl',
];

async function pagesOf(files: readonly string[], of = schema) {
  await using folder = await temporaryFolder();
  for (const path of files) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), `# from ${path}\n`);
  }
  return providerPages(of, await readExamples(folder.path), 'lattice');
}

test('every kind of thing has its page in its folder, with its example, its attributes and its import', async () => {
  const { files } = await pagesOf(everyFile);
  expect([...files.keys()].sort()).toEqual([
    'actions/hold.md',
    'ephemeral-resources/pass.md',
    'index.md',
    'list-resources/thing.md',
    'resources/thing.md',
  ]);
  const page = files.get('resources/thing.md') ?? '';
  expect(page).toMatch(
    /^---\npage_title: "lattice_thing Resource - lattice"\nsubcategory: ""\ndescription: "A thing."\n---\n/,
  );
  for (const part of [
    '# from resources/lattice_thing/resource.tf',
    '### Required\n\n- `name` (String) A name.',
    '### Optional\n\n- `key` (String, Sensitive, Write-only)',
    '### Read-Only\n\n- `id` (String)',
    '# from resources/lattice_thing/import.sh',
    '### Identity Schema\n\n- `name` (String, required)',
  ])
    expect(page).toContain(part);
});

test('each missing example and each example of nothing is named', async () => {
  const some = everyFile.filter((path) => !/hold|import\.sh/.test(path));
  await expect(pagesOf([...some, 'resources/lattice_gone/resource.tf'])).rejects.toThrow(
    [
      'examples/resources/lattice_thing/import.sh is missing; its page shows it',
      'examples/actions/lattice_hold/action.tf is missing; its page shows it',
      'examples/resources/lattice_gone/resource.tf is of nothing that the provider has',
    ].join('\n'),
  );
});

test('what the CLI does not print is not judged, and identities are not compared', async () => {
  const older = parseSchema(
    { provider_schemas: { p: { resource_schemas: printed.provider_schemas.p.resource_schemas } } },
    'p',
  );
  const { files, judged } = await pagesOf(everyFile, older);
  expect(judged).toEqual(['.', 'resources']);
  const newer = (await pagesOf(everyFile)).files.get('resources/thing.md') ?? '';
  const page = files.get('resources/thing.md') ?? '';
  expect(page).not.toBe(newer);
  expect(comparable(newer, older).trimEnd()).toBe(comparable(page, older).trimEnd());
});
