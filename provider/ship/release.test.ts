// A release as its users meet it: a registry's files, and a mirror that works on a machine with neither Node nor this
// repository.

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isShipped, pinnedNode } from '../../servers/node.ts';
import { platformHere } from '../build.ts';
import { startFakeController } from '../testing/fake-controller.ts';
import { CHANGES, inWorkspace } from '../testing/terraform.ts';
import { buildRelease, type Release } from './release.ts';

let folder = '';
let out = '';
let release: Release;

const build = async (to: string): Promise<Release> => {
  const platform = platformHere();
  if (!isShipped(platform)) throw new Error(`there is no release for ${platform}`);
  const node = { platform, ...(await pinnedNode(platform, () => {})) };
  return await buildRelease({ out: to, nodes: [node], say: () => {} });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lattice-release-test-'));
  out = join(folder, 'one');
  release = await build(out);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const sums = async (): Promise<[file: string, sum: string][]> => {
  const text = await readFile(join(out, `terraform-provider-lattice_${release.version}_SHA256SUMS`), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [sum = '', file = ''] = line.split('  ');
      return [file, sum];
    });
};

test('the folder holds what a registry asks for, and the sums are those of the files', async () => {
  const { version } = release;
  const prefix = `terraform-provider-lattice_${version}`;
  expect((await readdir(out)).sort()).toEqual(
    [...release.files, 'mirror'].sort((left, right) => (left < right ? -1 : 1)),
  );
  expect(JSON.parse(await readFile(join(out, `${prefix}_manifest.json`), 'utf8'))).toEqual({
    version: 1,
    metadata: { protocol_versions: ['6.0'] },
  });
  const listed = await sums();
  expect(listed.map(([file]) => file)).toEqual([
    `${prefix}_${platformHere()}.zip`,
    `${prefix}_manifest.json`,
  ]);
  for (const [file, sum] of listed)
    expect(
      createHash('sha256')
        .update(await readFile(join(out, file)))
        .digest('hex'),
    ).toBe(sum);
});

test('built again, elsewhere and in another time zone, it is the same bytes', async () => {
  const zone = process.env.TZ;
  process.env.TZ = 'Pacific/Auckland';
  try {
    const again = join(folder, 'two');
    await build(again);
    const name = `terraform-provider-lattice_${release.version}_SHA256SUMS`;
    expect(await readFile(join(again, name), 'utf8')).toBe(await readFile(join(out, name), 'utf8'));
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

test('Terraform installs it from the packed mirror and plans with it, without a Node on PATH', async () => {
  const nothing = join(folder, 'empty');
  await mkdir(nothing);
  const controller = await startFakeController();
  const environment = {
    PATH: nothing,
    LATTICE_ADDRESS: controller.endpoint,
    LATTICE_TOKEN: controller.token,
  };
  try {
    await inWorkspace({ mirror: release.mirror, environment }, async (workspace) => {
      await workspace.configure('resource "lattice_org" "acme" {\n  name = "acme"\n}');
      expect(await workspace.run('validate', '-no-color')).toMatchObject({ exitCode: 0 });
      expect(await workspace.plan()).toMatchObject({ exitCode: CHANGES, diagnostics: [] });
      await expectSelfContained(join(workspace.folder, '.terraform/providers'));
    });
  } finally {
    await controller.close();
  }
});

/** What Terraform unpacked: one file that core would run, what that runs beside it, and no path of this repository. */
async function expectSelfContained(unpacked: string): Promise<void> {
  const files = (await readdir(unpacked, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  );
  const executables = files.filter(({ name }) => name.startsWith('terraform-provider-'));
  expect(executables.map(({ name }) => name)).toEqual([`terraform-provider-lattice_v${release.version}`]);
  expect(files.map(({ name }) => name)).toContain('lattice-node');
  const repository = resolve(import.meta.dirname, '../..');
  const home = dirname(process.execPath);
  for (const { parentPath, name } of files.filter((file) => file.name !== 'lattice-node')) {
    const text = await readFile(join(parentPath, name), 'latin1');
    expect({ name, foreign: text.includes(repository) || text.includes(home) }).toEqual({
      name,
      foreign: false,
    });
  }
}
