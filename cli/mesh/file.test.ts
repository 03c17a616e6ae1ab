// Files that are kept while somebody else has their hands on them.

import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../../servers/testing.ts';
import { keepFile } from './file.ts';

test('a file that is deleted while it is looked at is missing or as wanted, never a failure', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'peer.conf');
  for (let round = 0; round < 300; round++) {
    await keepFile(path, 'wanted');
    const [found] = await Promise.all([keepFile(path, 'wanted'), rm(path, { force: true })]);
    expect(['as-wanted', 'missing']).toContain(found);
  }
});

test.each([
  { why: 'missing', spoil: (path: string) => rm(path), found: 'missing' },
  { why: 'edited', spoil: (path: string) => writeFile(path, 'edited'), found: 'different' },
  { why: 'readable by others', spoil: (path: string) => chmod(path, 0o644), found: 'readable-by-others' },
])('a file that is $why is put right', async ({ spoil, found }) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'peer.conf');
  expect(await keepFile(path, 'wanted')).toBe('missing');
  expect(await keepFile(path, 'wanted')).toBe('as-wanted');
  await spoil(path);
  expect(await keepFile(path, 'wanted')).toBe(found);
  expect(await readFile(path, 'utf8')).toBe('wanted');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});
