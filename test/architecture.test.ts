// The arrows of ARCHITECTURE.md: a folder imports only from the folders that stand below it.

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '..');

/** What a folder's own code may import; its tests may also start servers. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  crds: [],
  config: ['crds'],
  servers: [],
  store: ['crds'],
  audit: ['crds', 'store'],
  policies: ['crds', 'servers'],
  controller: ['crds', 'config', 'policies', 'audit', 'store'],
  runtime: ['crds', 'config', 'policies', 'audit', 'store'],
  provider: ['crds'],
  cli: ['crds', 'config', 'servers', 'policies', 'audit', 'store', 'controller', 'runtime', 'provider'],
};

const isTest = (path: string): boolean => /\.test\.ts$|\/testing\//.test(path);

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function importedFolders(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  const paths = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((found) => found[1] ?? '');
  return paths.map((path) => relative(ROOT, resolve(dirname(file), path)).split('/')[0] ?? '');
}

test.each(Object.entries(allowed))('%s imports only what stands below it', async (folder, below) => {
  const wrong: string[] = [];
  for (const file of await sources(folder)) {
    const may = isTest(file) ? [...Object.keys(allowed), 'test'] : [folder, ...below];
    for (const imported of await importedFolders(file))
      if (!may.includes(imported)) wrong.push(`${relative(ROOT, file)} imports ${imported}/`);
  }
  expect(wrong).toEqual([]);
});

test('every top-level folder with code is in the table', async () => {
  const entries = await readdir(ROOT, { withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
  const known = [
    ...Object.keys(allowed),
    'test',
    'bench',
    'examples',
    'docs',
    'deploy',
    'node_modules',
    'dist',
    'coverage',
  ];
  expect(folders.filter((folder) => !known.includes(folder))).toEqual([]);
});

test.each(['package-lock.json', 'examples/cdktf/package-lock.json'])('%s names no registry', async (path) => {
  expect(await readFile(join(ROOT, path), 'utf8')).not.toContain('"resolved"');
});
