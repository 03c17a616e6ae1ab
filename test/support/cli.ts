// The `lattice` command as a child process, through its launcher.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { DevState } from '../../cli/dev/state.ts';
import { cleanEnvironment } from './dev.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LAUNCHER = join(import.meta.dirname, '../../cli/lattice.js');

export function lattice(
  state: Pick<DevState, 'address' | 'token'>,
  args: readonly string[],
  input = '',
): Promise<Ran> {
  const env = { ...cleanEnvironment(), LATTICE_ADDRESS: state.address, LATTICE_TOKEN: state.token };
  return runNode([LAUNCHER, ...args], env, input);
}

export function runNode(args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}
