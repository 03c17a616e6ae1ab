// Runs the pinned opa as a child with a time limit and a memory limit.
// Promise: ends with the limit, told apart from opa's own errors; what opa prints comes back as it is.
// Never: the environment of this process (no proxy, no option of opa from outside), and never a longer life than the call.
import { spawn } from 'node:child_process';
import { findTool } from '../../servers/find.ts';
import { pins } from '../../servers/pins.ts';

export const opaVersion = pins.opa.version;

export interface OpaLimits {
  readonly timeoutMs: number;
  /** Of address space, which Go reserves well ahead of use. */
  readonly memoryMb: number;
}

export type OpaRun =
  | { readonly ended: 'itself'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly ended: 'timeout' }
  | { readonly ended: 'memory' };

export async function runOpa(args: readonly string[], cwd: string, limits: OpaLimits): Promise<OpaRun> {
  const { path } = await findTool('opa');
  return new Promise((resolve, reject) => {
    // Without a hard limit of address space (macOS has none) the soft limit of Go's own collector must do.
    const script = `ulimit -v ${limits.memoryMb * 1024} 2>/dev/null; exec "$0" "$@"`;
    const child = spawn('/bin/sh', ['-c', script, path, ...args], {
      cwd,
      env: { GOMEMLIMIT: `${Math.floor(limits.memoryMb / 2)}MiB`, GOMAXPROCS: '2', HOME: cwd },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr, late] = ['', '', false];
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limits.timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) resolve({ ended: 'timeout' });
      else if (/out of memory|cannot allocate memory|pthread_create failed/.test(stderr))
        resolve({ ended: 'memory' });
      else resolve({ ended: 'itself', code: code ?? 1, stdout, stderr });
    });
  });
}
