// A folder in which the real terraform drives one of the providers. Promise: the time of a command is that of the whole
// process, and a command that fails ends the bench. Never: the network, or settings of the person who measures.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FakeController } from '../../provider/testing/fake-controller.ts';
import { findTerraform } from '../../servers/terraform.ts';
import { watchMemory } from './memory.ts';
import type { Peer } from './peers.ts';

export interface Workspace {
  readonly peer: Peer;
  configure(hcl: string): Promise<void>;
  run(...args: readonly string[]): Promise<Timed>;
  forgetState(): Promise<void>;
}

export interface Timed {
  readonly seconds: number;
  /** The most that any process of the provider had resident. */
  readonly peakMib: number;
}

export async function openWorkspace(
  peer: Peer,
  controller: FakeController,
  parent: string,
): Promise<Workspace> {
  const folder = join(parent, peer.name);
  const cliConfig = join(folder, 'cli.tfrc');
  const terraform = await findTerraform({ product: 'terraform' });
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TMPDIR: folder,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_CLI_CONFIG_FILE: cliConfig,
    LATTICE_ADDRESS: controller.endpoint,
    LATTICE_TOKEN: controller.token,
  };
  const run: Workspace['run'] = async (...args) => {
    controller.requests.length = 0;
    const began = performance.now();
    const child = spawn(terraform.path, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const peak = watchMemory(child.pid ?? 0);
    await once(child, 'close');
    const seconds = (performance.now() - began) / 1000;
    const peakMib = peak();
    if (child.exitCode !== 0) throw new Error(`terraform ${args.join(' ')} with ${peer.name}:\n${output}`);
    return { seconds, peakMib };
  };
  const configure = async (hcl: string) => await writeFile(join(folder, 'main.tf'), `${hcl}\n`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'versions.tf'), requirement(peer));
  await writeFile(cliConfig, installation(peer));
  await configure('');
  await run('init', '-input=false');
  const forgetState = async () => await rm(join(folder, 'terraform.tfstate'), { force: true });
  return { peer, configure, run, forgetState };
}

const requirement = ({ source }: Peer): string =>
  `terraform {\n  required_providers {\n    lattice = {\n      source = "${source}"\n    }\n  }\n}\n`;

const installation = ({ mirrorDir }: Peer): string =>
  `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirrorDir)}\n  }\n}\n`;
