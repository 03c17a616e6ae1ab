// The parent's side of `worker-process.ts`. Promises that the child is gone when `stop` or `kill` has resolved.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

export type ToWorker =
  | { readonly type: 'namespaces'; readonly namespaces: readonly string[] }
  | { readonly type: 'status' };
export interface FromWorker {
  readonly type: 'status';
  readonly states: readonly { readonly namespace: string; readonly state: string }[];
}

export interface WorkerChild {
  readonly pid: number;
  serve(namespaces: readonly string[]): void;
  /** Resolves once each namespace is in the state, or absent where the state is undefined. */
  waitFor(states: Readonly<Record<string, string | undefined>>): Promise<void>;
  stop(): Promise<void>;
  /** kill -9 */
  kill(): Promise<void>;
}

const program = fileURLToPath(new URL('worker-process.ts', import.meta.url));

export async function forkWorker(address: string, bundles: string, cap?: number): Promise<WorkerChild> {
  const args = [
    '--address',
    address,
    '--bundles',
    bundles,
    ...(cap === undefined ? [] : ['--cap', String(cap)]),
  ];
  const child = fork(program, args, {
    execPath: process.execPath,
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const output: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const send = (message: ToWorker) => child.send(message);

  async function ask(): Promise<FromWorker['states']> {
    if (child.exitCode !== null)
      throw new Error(`The worker ended with ${child.exitCode}: ${output.join('')}`);
    const [answer] = (await Promise.all([once(child, 'message'), send({ type: 'status' })]))[0];
    return isFromWorker(answer) ? answer.states : [];
  }

  return {
    pid: child.pid ?? 0,
    serve: (namespaces) => {
      send({ type: 'namespaces', namespaces });
    },
    async waitFor(states) {
      await until(`namespaces are ${JSON.stringify(states)}`, async () => {
        const found = new Map((await ask()).map(({ namespace, state }) => [namespace, state]));
        return Object.entries(states).every(([namespace, state]) => found.get(namespace) === state);
      });
    },
    stop: () => end(child, () => child.disconnect()),
    kill: () => end(child, () => child.kill('SIGKILL')),
  };
}

async function end(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  ask();
  await exited;
}

function isFromWorker(value: unknown): value is FromWorker {
  return typeof value === 'object' && value !== null && 'states' in value && Array.isArray(value.states);
}
