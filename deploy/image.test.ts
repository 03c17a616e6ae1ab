// The image cannot be built where tests run; what it would hold can be read.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..');

test('the image holds every folder of the programs, and nothing of a test', async () => {
  const apart = ['bench', 'deploy', 'docs', 'examples', 'node_modules', 'test'];
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !apart.includes(entry.name))
    .map(({ name }) => name)
    .filter((name) => name !== 'dist');
  const lines = async (file: string) => (await readFile(join(root, 'deploy', file), 'utf8')).split('\n');
  const copied = (await lines('Containerfile')).flatMap(
    (line) => /^COPY --from=build \/lattice\/(\w+) \.\/\1$/.exec(line)?.[1] ?? [],
  );
  expect(copied.sort()).toEqual(['dist', 'node_modules', ...folders].sort());
  expect(await lines('Containerfile.dockerignore')).toEqual(
    expect.arrayContaining(['**', ...folders.map((name) => `!${name}`), '**/*.test.ts']),
  );
});
