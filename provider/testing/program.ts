// Starts the built provider program the way Terraform does, without Terraform, to see what it writes and how it ends.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mirror } from '../build.ts';

export interface Program {
  /** The first line on stdout; empty when there is none. */
  readonly firstLine: Promise<string>;
  readonly finished: Promise<{
    readonly exitCode: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
  signal(signal: NodeJS.Signals): void;
}

export async function startProgram(
  { mirrorDir }: Mirror,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Program> {
  const found = await readdir(mirrorDir, { recursive: true });
  const launcher = found.find((file) => /\/terraform-provider-lattice[^/]*$/.test(file));
  if (launcher === undefined) throw new Error('the mirror holds no program');
  const child = spawn(join(mirrorDir, launcher), args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = once(child, 'close').then(() => ({ exitCode: child.exitCode, stdout, stderr }));
  const line = Promise.withResolvers<string>();
  child.stdout.on('data', () => stdout.includes('\n') && line.resolve(stdout.split('\n')[0] ?? ''));
  return {
    firstLine: Promise.race([line.promise, finished.then(() => '')]),
    finished,
    signal: (signal) => {
      child.kill(signal);
    },
  };
}
