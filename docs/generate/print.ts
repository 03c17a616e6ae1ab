// Builds the provider and lets a real Terraform (or OpenTofu) print its schema. Promise: what is documented, linted and bound is
// what a user's CLI sees. Never: the network, or anything left behind.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROVIDER_ADDRESS } from '../../provider/address.ts';
import { buildMirror } from '../../provider/build.ts';
import { findTerraform } from '../../servers/terraform.ts';

const CONFIGURATION = `terraform {
  required_providers {
    lattice = { source = "${PROVIDER_ADDRESS}" }
  }
}
`;

/** `terraform providers schema -json` of the provider as it is in this folder, as text. */
export async function printSchema(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lattice-schema-'));
  try {
    const terraform = await findTerraform({ progress: (line) => process.stderr.write(`${line}\n`) });
    const mirror = await buildMirror({ out: folder });
    const cliConfig = join(folder, 'cli.tfrc');
    await mirror.writeCliConfig(cliConfig);
    await writeFile(join(folder, 'main.tf'), CONFIGURATION);
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      TMPDIR: folder,
      CHECKPOINT_DISABLE: '1',
      TF_CLI_CONFIG_FILE: cliConfig,
    };
    const run = async (...args: string[]): Promise<string> => {
      const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
      return (await promisify(execFile)(terraform.path, args, options)).stdout;
    };
    await run('init', '-input=false', '-no-color');
    return await run('providers', 'schema', '-json');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
