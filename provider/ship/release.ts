// The files of a release, as a Terraform registry and a filesystem mirror want them. Promise: a zip holds all that its
// provider needs, a Node of its own included, and is the same bytes whenever it is built from the same source. Never: a
// second file in a zip whose name core would take for the program.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PROVIDER_ADDRESS } from '../address.ts';
import { executableName, type Mirror, mirrorAt, platformHere, projectVersion } from '../build.ts';
import { bundleProgram, compileProgram } from '../launch/bundle.ts';
import { launcherScript } from '../launch/launcher.ts';
import { type Entry, pack } from './archive.ts';

export interface Release {
  readonly version: string;
  /** Names in the folder: the zips, then the manifest, then the sums of both. */
  readonly files: readonly string[];
  readonly mirror: Mirror;
}

/** The Node that the zip of one platform carries. */
export interface CarriedNode {
  /** As zips are named, e.g. `linux_amd64`. */
  readonly platform: string;
  readonly program: string;
  readonly license: string;
}

export interface ReleaseOptions {
  readonly out: string;
  readonly nodes: readonly CarriedNode[];
  say(line: string): void;
}

const NODE = 'lattice-node';
/** The versions of the plugin protocol that the program speaks. */
const MANIFEST = { version: 1, metadata: { protocol_versions: ['6.0'] } };

export async function buildRelease({ out, nodes, say }: ReleaseOptions): Promise<Release> {
  const folder = resolve(out);
  const version = await projectVersion();
  const prefix = `terraform-provider-lattice_${version}`;
  const mirrorDir = join(folder, 'mirror');
  const inMirror = join(mirrorDir, PROVIDER_ADDRESS);
  await rm(folder, { recursive: true, force: true });
  await mkdir(inMirror, { recursive: true });
  const zips: string[] = [];
  for (const node of nodes) {
    const zip = `${prefix}_${node.platform}.zip`;
    say(`packing ${zip}`);
    await buildZip(node, version, join(folder, zip));
    await copyFile(join(folder, zip), join(inMirror, zip));
    zips.push(zip);
  }
  const manifest = `${prefix}_manifest.json`;
  await writeFile(join(folder, manifest), `${JSON.stringify(MANIFEST, null, 2)}\n`);
  const summed = [...zips, manifest];
  const lines = await Promise.all(
    summed.map(async (file) => `${await sha256(join(folder, file))}  ${file}\n`),
  );
  const sums = `${prefix}_SHA256SUMS`;
  await writeFile(join(folder, sums), lines.join(''));
  return { version, files: [...summed, sums], mirror: mirrorAt(mirrorDir) };
}

async function buildZip(node: CarriedNode, version: string, zip: string): Promise<void> {
  const staging = await mkdtemp(join(tmpdir(), 'lattice-release-'));
  try {
    await bundleProgram(staging);
    // Only the V8 of the platform itself can compile for it; elsewhere the program compiles at its start.
    if (node.platform === platformHere()) await compileProgram(staging, node.program);
    const launcher = executableName(version);
    await writeFile(join(staging, launcher), launcherScript({ beside: NODE }));
    const staged = (await readdir(staging)).map(
      (name): Entry => ({ name, path: join(staging, name), executable: name === launcher }),
    );
    const carried: readonly Entry[] = [
      { name: NODE, path: node.program, executable: true },
      { name: `${NODE}.LICENSE`, path: node.license, executable: false },
      { name: 'LICENSE', path: join(import.meta.dirname, '../../LICENSE'), executable: false },
    ];
    await pack([...staged, ...carried], zip);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
