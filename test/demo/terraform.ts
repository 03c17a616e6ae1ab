// Terraform in one folder, against one controller, for the demo.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { DevState } from '../../cli/dev/state.ts';
import type { Mirror } from '../../provider/build.ts';
import type { FoundTerraform } from '../../servers/terraform.ts';
import { cleanEnvironment } from '../support/dev.ts';

export interface TerraformRun {
  readonly code: number;
  readonly output: string;
  /** What Terraform says in the end, e.g. `Apply complete! ...`. */
  readonly lastLine: string;
}

export interface TerraformDriver {
  /** Throws when the exit code is not one of `accept` (0 alone when left out). */
  run(command: string, ...args: readonly string[]): Promise<TerraformRun>;
  tolerate(accept: readonly number[], command: string, ...args: readonly string[]): Promise<TerraformRun>;
}

export async function terraformIn(
  folder: string,
  mirror: Mirror,
  { address, token }: Pick<DevState, 'address' | 'token'>,
  cli: FoundTerraform,
): Promise<TerraformDriver> {
  const config = join(folder, 'cli.tfrc');
  await mirror.writeCliConfig(config);
  const env = {
    ...cleanEnvironment(),
    TF_CLI_CONFIG_FILE: config,
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    LATTICE_ADDRESS: address,
    LATTICE_TOKEN: token,
  };
  const tolerate: TerraformDriver['tolerate'] = (accept, command, ...args) =>
    new Promise((resolve, reject) => {
      const child = spawn(cli.path, [command, '-no-color', ...args], {
        cwd: folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === null || !accept.includes(code))
          reject(new Error(`${cli.product} ${command} ended with ${code}:\n${output}`));
        else resolve({ code, output, lastLine: lastLineOf(output) });
      });
    });
  return { tolerate, run: (command, ...args) => tolerate([0], command, ...args) };
}

function lastLineOf(output: string): string {
  const lines = output
    .split('\n')
    .filter((line) => /complete!|No changes|Plan:|successfully initialized/.test(line));
  return lines.at(-1)?.trim() ?? '';
}
