// The inner border: this folder could be a package of its own. Promise: nothing in it imports anything of the project around
// it, and of packages only the few that speak the protocol.

import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const PACKAGES = new Set(['@bufbuild/protobuf', '@grpc/grpc-js', '@msgpack/msgpack']);
const TEST_PACKAGES = new Set(['@jest/globals', 'fast-check', 'zod']);

test('the SDK imports nothing of the project around it', async () => {
  const here = import.meta.dirname;
  const files = (await readdir(here, { recursive: true })).filter((file) => /\.(ts|js)$/.test(file));
  const crossing = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(here, file), 'utf8');
      const imported = [...text.matchAll(/(?:from|import\(|^import) ?['"]([^'"]+)['"]/gm)].map(
        ([, name = '']) => name,
      );
      return imported.filter((name) => !isAllowed(file, name)).map((name) => `${file}: ${name}`);
    }),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(crossing.flat()).toEqual([]);
});

function isAllowed(file: string, name: string): boolean {
  const here = import.meta.dirname;
  if (name.startsWith('node:')) return true;
  if (name.startsWith('.')) return !relative(here, resolve(here, file, '..', name)).startsWith('..');
  const named = name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
  const isTest = file.endsWith('.test.ts') || file.includes('testing/');
  return PACKAGES.has(named) || (isTest && TEST_PACKAGES.has(named));
}
