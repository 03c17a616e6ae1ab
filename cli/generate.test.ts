// The generator as a command, on the repository itself and on a copy that is spoilt.

import { execFile } from 'node:child_process';
import { appendFile, cp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../servers/testing.ts';

const root = join(import.meta.dirname, '..');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function generate(folder: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const command = ['--no-warnings', join(folder, 'cli/generate.ts'), ...args];
    const child = execFile(process.execPath, command, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

async function copyOfRepository() {
  const folder = await temporaryFolder();
  for (const part of [
    'cli',
    'config',
    'crds',
    'deploy',
    'docs/reference',
    'package.json',
    'policies',
    'servers',
  ])
    await cp(join(root, part), join(folder.path, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
  return folder;
}

test('the generated files are fresh', async () => {
  expect(await generate(root, '--check')).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('a changed, a missing and a left-over file are each named, written by nobody, and put right on request', async () => {
  await using folder = await copyOfRepository();
  const changed = join(folder.path, 'crds/generated/crd/agents.yaml');
  const missing = join(folder.path, 'docs/reference/errors.md');
  const leftOver = join(folder.path, 'crds/generated/schema/gone.json');
  // Of the copy alone: whether the repository's own files are fresh is the other test's matter.
  await generate(folder.path);
  const fresh = await readFile(changed, 'utf8');
  await appendFile(changed, '# edited\n');
  await rm(missing);
  await writeFile(leftOver, '{}');

  const checked = await generate(folder.path, '--check');
  expect(checked.code).toBe(1);
  expect(checked.stderr.split('\n').filter(Boolean).sort()).toEqual([
    'stale: crds/generated/crd/agents.yaml; run: npm run generate',
    'stale: crds/generated/schema/gone.json; run: npm run generate',
    'stale: docs/reference/errors.md; run: npm run generate',
  ]);
  expect(await readFile(changed, 'utf8')).toBe(`${fresh}# edited\n`);

  expect((await generate(folder.path)).code).toBe(0);
  expect(await readFile(changed, 'utf8')).toBe(fresh);
  expect(await generate(folder.path, '--check')).toMatchObject({ code: 0, stderr: '' });
});
