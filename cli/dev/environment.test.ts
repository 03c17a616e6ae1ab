// What `lattice dev` says before it starts anything.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../../servers/testing.ts';
import { startDev } from './environment.ts';

test('a kubeconfig that is not there is told by name, and nothing is begun', async () => {
  await using folder = await temporaryFolder();
  const kubeconfig = join(folder.path, 'none.yaml');
  const state = join(folder.path, 'state');
  const starting = startDev({ folder: state, kubeconfigs: [kubeconfig], onProgress: () => {} });
  await expect(starting).rejects.toThrow(`the kubeconfig ${kubeconfig} cannot be read`);
  expect(await readdir(folder.path)).toEqual([]);
});
