// Builds the provider as Terraform installs it: `node provider/build.ts [--out FOLDER]` makes a filesystem mirror for this
// machine, from which `terraform init` works offline. Promise: the launcher runs the Node that built it. Never: a second
// file in the mirror whose name core would take for the program. What is released is made by `ship/main.ts`.

import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PROVIDER_ADDRESS } from './address.ts';
import { bundleProgram, compileProgram } from './launch/bundle.ts';
import { launcherScript } from './launch/launcher.ts';

export interface Mirror {
  readonly mirrorDir: string;
  /** Writes a CLI configuration file (for TF_CLI_CONFIG_FILE) that installs the provider from the mirror. */
  writeCliConfig(path: string): Promise<void>;
}

export async function buildMirror({ out }: { readonly out: string }): Promise<Mirror> {
  const version = await projectVersion();
  const mirrorDir = resolve(out, 'mirror');
  const folder = join(mirrorDir, PROVIDER_ADDRESS, version, platformHere());
  await rm(mirrorDir, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await bundleProgram(folder);
  await compileProgram(folder, process.execPath);
  const launcher = join(folder, executableName(version));
  await writeFile(launcher, launcherScript({ path: process.execPath }));
  await chmod(launcher, 0o755);
  return mirrorAt(mirrorDir);
}

export function mirrorAt(mirrorDir: string): Mirror {
  return { mirrorDir, writeCliConfig: async (path) => await writeFile(path, cliConfig(mirrorDir)) };
}

/** Core runs the first file whose name begins so. */
export const executableName = (version: string): string => `terraform-provider-lattice_v${version}`;

function cliConfig(mirrorDir: string): string {
  const include = `include = [${JSON.stringify(PROVIDER_ADDRESS)}]`;
  return [
    'provider_installation {',
    `  filesystem_mirror {\n    path = ${JSON.stringify(mirrorDir)}\n    ${include}\n  }`,
    '}',
    '',
  ].join('\n');
}

const packageSchema = z.object({ version: z.string() });

export async function projectVersion(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../package.json'), 'utf8');
  return packageSchema.parse(JSON.parse(text)).version;
}

/** The running system in the words of Go, which names of release folders use. */
export function platformHere(): string {
  const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
  return `${process.platform}_${architectures[process.arch] ?? process.arch}`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist/provider' } } });
  const { mirrorDir } = await buildMirror(values);
  process.stdout.write(`${mirrorDir}\n`);
}
