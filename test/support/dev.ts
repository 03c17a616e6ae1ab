// `lattice dev` as a child process, as a user runs it, in a folder of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DevState, devStateSchema, STATE_FILE } from '../../cli/dev/state.ts';
import { nodeFlags } from '../../cli/node-flags.js';

export interface Dev {
  readonly folder: string;
  readonly state: DevState;
  /** Asks it to stop and waits until it has; the folder stays. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
}

export interface DevArguments {
  readonly folder?: string;
  readonly sweepIntervalMs?: number;
  readonly kubeconfig?: string;
  readonly onProgress?: (line: string) => void;
}

const ROOT = join(import.meta.dirname, '../..');

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'lattice-test-'));
export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

export async function startDevProcess(options: DevArguments = {}): Promise<Dev> {
  const folder = options.folder ?? (await temporaryFolder());
  const args = [...nodeFlags, join(ROOT, 'cli/main.ts'), 'dev', '--state', folder];
  if (options.sweepIntervalMs !== undefined)
    args.push('--sweep-interval-ms', String(options.sweepIntervalMs));
  if (options.kubeconfig !== undefined) args.push('--kubeconfig', options.kubeconfig);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment() });
  await ready(child, options.onProgress);
  const state = devStateSchema.parse(JSON.parse(await readFile(join(folder, STATE_FILE), 'utf8')));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return { folder, state, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** The environment without what would steer a Lattice program. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !name.startsWith('LATTICE_') ||
      name === 'LATTICE_CACHE' ||
      /^LATTICE_(TEMPORAL|TERRAFORM|TOFU)$/.test(name),
  );
  return Object.fromEntries(kept);
}

function ready(child: ChildProcess, onProgress: ((line: string) => void) | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const line of text.split('\n')) if (line.trim() !== '') onProgress?.(line);
      if (output.includes('ready.')) resolve();
    });
    child.stdout?.resume();
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`lattice dev ended with ${code}:\n${output}`)));
  });
}
