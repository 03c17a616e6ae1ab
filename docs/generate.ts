// Writes the provider's pages in the layout of the Terraform registry, docs/provider/, from the provider's own schema
// and from examples/. With --check it writes nothing and exits 1 when a page is stale or should not be there. Never: a page of
// a thing without an example, or of a schema that bindings generators cannot take.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { PROVIDER_ADDRESS } from '../provider/address.ts';
import { FOLDERS, readExamples } from './generate/examples.ts';
import { lintSchema } from './generate/lint.ts';
import { comparable, providerPages } from './generate/pages.ts';
import { printSchema } from './generate/print.ts';
import { parseSchema } from './generate/schema.ts';

const root = join(import.meta.dirname, '..');
const pages = join(root, 'docs/provider');

const schema = parseSchema(JSON.parse(printSchema()), PROVIDER_ADDRESS);
const faults = lintSchema(schema);
if (faults.length > 0) fail(faults);
const { files, judged } = await pagesOrFaults();

const present = await presentPages();
const stale: string[] = [];
for (const [path, content] of files) {
  const old = await readFile(join(pages, path), 'utf8').catch(() => undefined);
  if (old === undefined || comparable(old, schema) !== comparable(content, schema)) stale.push(path);
}
const extra = present.filter((path) => judged.includes(dirname(path)) && !files.has(path));

if (process.argv.includes('--check')) {
  const lines = [...stale, ...extra].map((path) => `stale: docs/provider/${path}; run: npm run generate`);
  if (lines.length > 0) fail(lines);
} else {
  for (const path of stale) {
    await mkdir(dirname(join(pages, path)), { recursive: true });
    await writeFile(join(pages, path), files.get(path) ?? '');
  }
  for (const path of extra) await rm(join(pages, path));
  const alone = FOLDERS.filter((folder) => folder !== 'provider' && !judged.includes(folder));
  process.stdout.write(
    `${files.size} provider pages, ${stale.length} written, ${extra.length} removed; not printed by this CLI, so left alone: ` +
      `${alone.join(', ') || 'none'}\n`,
  );
}

async function pagesOrFaults() {
  try {
    return providerPages(schema, await readExamples(join(root, 'examples')), 'lattice');
  } catch (error) {
    return fail([error instanceof Error ? error.message : String(error)]);
  }
}

async function presentPages(): Promise<string[]> {
  const entries = await readdir(pages, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(pages, join(entry.parentPath, entry.name)));
}

function fail(lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
}
