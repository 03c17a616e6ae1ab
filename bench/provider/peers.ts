// The two providers that are held against each other, each in a mirror of its own. Promise: the reference is built once for
// its source, in the cache. Never: another address than its own, so that neither can be taken for the other.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROVIDER_ADDRESS } from '../../provider/address.ts';
import { buildMirror, executableName, platformHere, projectVersion } from '../../provider/build.ts';
import { cacheDir, fillOnce } from '../../servers/cache.ts';
import { run } from '../../servers/command.ts';

export interface Peer {
  readonly name: string;
  /** What `required_providers` calls it. */
  readonly source: string;
  readonly mirrorDir: string;
  readonly executable: string;
}

export async function ourProvider(out: string): Promise<Peer> {
  const { mirrorDir } = await buildMirror({ out });
  const version = await projectVersion();
  const folder = join(mirrorDir, PROVIDER_ADDRESS, version, platformHere());
  return {
    name: 'ours',
    source: PROVIDER_ADDRESS,
    mirrorDir,
    executable: join(folder, executableName(version)),
  };
}

const REFERENCE_ADDRESS = 'lattice.dev/lattice/reference';
const REFERENCE_VERSION = '0.1.0';

export async function referenceProvider(say: (line: string) => void): Promise<Peer> {
  const source = join(import.meta.dirname, 'reference');
  const mirrorDir = join(cacheDir(), 'bench', `reference-${await digestOf(source)}`);
  const inMirror = join(
    REFERENCE_ADDRESS,
    REFERENCE_VERSION,
    platformHere(),
    `terraform-provider-reference_v${REFERENCE_VERSION}`,
  );
  await fillOnce(mirrorDir, async (staging) => {
    say('building the reference provider with go');
    const file = join(staging, inMirror);
    await mkdir(join(file, '..'), { recursive: true });
    const env = { ...process.env, GOWORK: 'off', GOFLAGS: '' };
    await run('go', ['build', '-trimpath', '-buildvcs=false', '-o', file, '.'], { cwd: source, env });
  });
  return { name: 'Go', source: REFERENCE_ADDRESS, mirrorDir, executable: join(mirrorDir, inMirror) };
}

async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256').update(platformHere());
  for (const file of (await readdir(folder)).sort())
    hash.update(file).update(await readFile(join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}
