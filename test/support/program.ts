// `lattice ...` as a child process that goes on running, with an environment of the test's own and everything it says kept.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { nodeFlags } from '../../cli/node-flags.js';
import { cleanEnvironment } from './dev.ts';
import { eventually } from './eventually.ts';

export interface Program {
  /** All that it wrote to either output. */
  output(): string;
  /** The first whole line of its standard output: of a controller its address. */
  readonly firstLine: Promise<string>;
  /** Waits until what it wrote fits. */
  says(what: RegExp): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
  /** Asks it to stop, and waits. */
  stop(): Promise<void>;
}

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

export function startProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Program {
  const child = spawn(process.execPath, [...nodeFlags, MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...environment },
  });
  let [stdout, output] = ['', ''];
  const line = Promise.withResolvers<string>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
    const [first, ...rest] = stdout.split('\n');
    if (rest.length > 0) line.resolve(first ?? '');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  void ended.then((code) =>
    line.reject(new Error(`lattice ${args.join(' ')} ended with ${code}:\n${output}`)),
  );
  // Whoever never asks for the line need not hear that there is none.
  line.promise.catch(() => {});
  const says: Program['says'] = async (what) => {
    await eventually(
      `lattice says ${what}`,
      async () => output,
      (text) => what.test(text),
    );
  };
  return {
    output: () => output,
    firstLine: line.promise,
    says,
    signal: (signal) => {
      child.kill(signal);
    },
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}
