// Builds the provider as Terraform installs it: `node provider/build.ts [--out FOLDER]` makes a filesystem mirror, from
// which `terraform init` works offline. Promise: the launcher runs the Node that built it. Never: a second file in the
// mirror whose name core would take for the program.

import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { PROVIDER_ADDRESS } from './address.ts';
import { PROGRAM, programFooter, programHeader } from './launch/program.ts';
import { createCertificate } from './sdk/protocol/certificate.ts';
import { INVITATION } from './sdk/protocol/handshake.ts';

export interface Mirror {
  readonly mirrorDir: string;
  /** Writes a CLI configuration file (for TF_CLI_CONFIG_FILE) that installs the provider from the mirror. */
  writeCliConfig(path: string): Promise<void>;
}

export async function buildMirror({ out }: { readonly out: string }): Promise<Mirror> {
  const version = await projectVersion();
  const mirrorDir = resolve(out, 'mirror');
  const folder = join(mirrorDir, PROVIDER_ADDRESS, version, platform());
  await rm(mirrorDir, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    logLevel: 'error',
  } as const;
  await build({
    ...common,
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    outfile: join(folder, PROGRAM),
    legalComments: 'none',
    banner: { js: programHeader },
    footer: { js: programFooter },
  });
  await build({
    ...common,
    entryPoints: [join(import.meta.dirname, 'launch/start.ts')],
    outfile: join(folder, START),
  });
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'launch/compile.ts'), folder], {
    env: { ...process.env, ...INVITATION, PLUGIN_CLIENT_CERT: createCertificate().certificatePem },
  });
  const launcher = join(folder, `terraform-provider-lattice_v${version}`);
  await writeFile(launcher, launcherScript(process.execPath));
  await chmod(launcher, 0o755);
  return {
    mirrorDir,
    writeCliConfig: async (path) => await writeFile(path, cliConfig(mirrorDir)),
  };
}

const START = 'lattice-start.cjs';

function launcherScript(node: string): string {
  return [
    '#!/bin/sh',
    '# Runs the provider with the Node that built it. The folder is found again through the link that init makes.',
    `exec ${shellQuoted(node)} "$(dirname "$0")/${START}" "$@"`,
    '',
  ].join('\n');
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function cliConfig(mirrorDir: string): string {
  const include = `include = [${JSON.stringify(PROVIDER_ADDRESS)}]`;
  return [
    'provider_installation {',
    `  filesystem_mirror {\n    path = ${JSON.stringify(mirrorDir)}\n    ${include}\n  }`,
    '}',
    '',
  ].join('\n');
}

async function projectVersion(): Promise<string> {
  const { version }: { readonly version?: unknown } = JSON.parse(
    await readFile(join(import.meta.dirname, '../package.json'), 'utf8'),
  );
  if (typeof version !== 'string') throw new Error('package.json names no version');
  return version;
}

/** The running system in the words of Go, which names of release folders use. */
function platform(): string {
  const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
  return `${process.platform}_${architectures[process.arch] ?? process.arch}`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist/provider' } } });
  const { mirrorDir } = await buildMirror(values);
  process.stdout.write(`${mirrorDir}\n`);
}
