// Runs one short-lived command and collects what it prints.
// Promise: a command that is missing and a command that fails are told apart, and both are told by name.
// Never: a shell in between, or output thrown away on failure.
import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Called with every whole line of stdout and stderr, for progress. */
  readonly onLine?: (line: string) => void;
}

export class CommandMissing extends Error {
  override readonly name = 'CommandMissing';
}

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

const tailOfOutput = 2_000;

/** Resolves with stdout. */
export function run(
  command: string,
  args: readonly string[],
  { onLine, env = process.env, ...spawnOptions }: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { ...spawnOptions, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let everything = '';
    let unfinishedLine = '';
    const collect = (chunk: string) => {
      everything = (everything + chunk).slice(-tailOfOutput);
      const lines = (unfinishedLine + chunk).split(/[\r\n]+/);
      unfinishedLine = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') onLine?.(line.trim());
    };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      collect(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new CommandMissing(`the command '${command}' was not found.`, { cause: error })
          : new CommandFailed(`'${command}' could not be run: ${error.message}.`, { cause: error }),
      ),
    );
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(stdout);
      const ended = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      reject(new CommandFailed(`'${[command, ...args].join(' ')}' ${ended}: ${everything.trim()}`));
    });
  });
}
