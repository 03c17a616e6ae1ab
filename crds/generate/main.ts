// Writes everything that is derived from the definitions. With --check it writes nothing and exits 1 when a file is stale.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { kinds } from '../kinds.ts';
import { crdYaml } from './crd.ts';
import { errorsPage, kindPage } from './docs.ts';
import { manifestJsonSchema } from './json-schema.ts';
import { openApiDocument } from './openapi.ts';
import { terraformResource } from './terraform.ts';

const root = join(import.meta.dirname, '../..');
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Path from the repository root to content, of every generated file. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const kind of kinds) {
    files.set(`crds/generated/crd/${kind.plural}.yaml`, crdYaml(kind));
    files.set(`crds/generated/schema/${kind.singular}.json`, json(manifestJsonSchema(kind)));
    files.set(`docs/reference/${kind.singular}.md`, kindPage(kind));
  }
  files.set('docs/reference/errors.md', errorsPage());
  files.set('crds/generated/openapi.json', json(openApiDocument()));
  const resources = Object.fromEntries(
    kinds.map((kind) => [`lattice_${kind.singular}`, terraformResource(kind)]),
  );
  files.set(
    'crds/generated/terraform.ts',
    [
      '// Generated from the definitions in crds/ by `npm run generate`. Do not edit.',
      "import type { ResourceDefinition } from '../terraform.ts';",
      '',
      `export const resources: Readonly<Record<string, ResourceDefinition>> = ${JSON.stringify(resources, null, 2)};`,
      '',
    ].join('\n'),
  );
  return files;
}

async function presentFiles(): Promise<string[]> {
  const folders = ['crds/generated', 'docs/reference'];
  const found = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(
        () => [],
      );
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    }),
  );
  return found.flat();
}

async function main(): Promise<void> {
  const wanted = generatedFiles();
  const stale = [];
  for (const [path, content] of wanted)
    if ((await readFile(join(root, path), 'utf8').catch(() => undefined)) !== content) stale.push(path);
  const extra = (await presentFiles()).filter((path) => !wanted.has(path));
  if (process.argv.includes('--check')) {
    for (const path of [...stale, ...extra]) process.stderr.write(`stale: ${path}; run: npm run generate\n`);
    process.exitCode = stale.length + extra.length === 0 ? 0 : 1;
    return;
  }
  for (const path of stale) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), wanted.get(path) ?? '');
  }
  for (const path of extra) await rm(join(root, path));
  process.stdout.write(`${wanted.size} generated files, ${stale.length} written, ${extra.length} removed\n`);
}

await main();
