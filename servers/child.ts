// Starts a server as a child process that ends when asked, and that never outlives this process.
// Promise: `exited` settles once, however it ends; `stop` returns only when the process is gone. Each child is
//   its own process group, so Ctrl-C reaches only us and the shutdown keeps its order. A tiny shell waits on a
//   pipe from us: when we die, even by SIGKILL, the kernel closes the pipe and the shell ends the child. (That
//   works on Linux and macOS, keeps a server's own orderly shutdown, and unlike PR_SET_PDEATHSIG does not hang on
//   the thread that started the child.)
// Never: a signal to a process that we did not start, or by name.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { ServerFailed } from './errors.ts';

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Both outputs are appended here. */
  readonly logFile: string;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** How long an orderly stop may take before SIGKILL. */
  readonly stopLimitMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when `stop` was called first: the end was wanted. */
  readonly asked: boolean;
}

export interface Child {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stop(): Promise<Exit>;
}

export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, command, args, logFile, stopSignal, stopLimitMs, env = process.env, ...rest } = options;
  const log = openLog(logFile);
  const server = spawn(command, [...args], {
    ...rest,
    env,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let asked = false;
  const exited = new Promise<Exit>((resolve) => {
    server.once('exit', (code, signal) => resolve({ code, signal, asked }));
  });
  const pid = await spawned(server, name);
  const dismissGuard = startGuard(pid, stopSignal, stopLimitMs);
  void exited.then(dismissGuard);
  return {
    pid,
    exited,
    async stop() {
      asked = true;
      server.kill(stopSignal);
      const timer = setTimeout(() => server.kill('SIGKILL'), stopLimitMs);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
  };
}

/** The end of a log, for the message when a server did not start. */
export function tailOf(logFile: string): string {
  return readFileSync(logFile, 'utf8').slice(-2_000).trim();
}

function spawned(server: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('spawn', () => resolve(server.pid ?? 0));
    server.once('error', (error) =>
      reject(
        new ServerFailed(name, `${error.message}.`, 'Check that the file exists and may be run.', {
          cause: error,
        }),
      ),
    );
  });
}

/** Reads one line: "done" dismisses it, end of file means that we are gone. */
const guardScript = `
read -r line && exit 0
kill -$1 $2
tries=$3
while kill -0 $2; do
  tries=$((tries - 1))
  [ $tries -lt 0 ] && kill -KILL $2 && exit
  sleep 0.1
done
`;

function startGuard(pid: number, signal: 'SIGTERM' | 'SIGINT', limitMs: number): () => void {
  const args = ['-c', guardScript, 'guard', signal.slice(3), String(pid), String(Math.ceil(limitMs / 100))];
  const guard = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Without a shell a child still ends with an orderly stop; only a SIGKILL of ours would orphan it.
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  return () => guard.stdin.end('done\n');
}

const logLimitBytes = 10_000_000;

/** The previous log is kept once, so that a state folder does not grow without end. */
function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logLimitBytes) renameSync(path, `${path}.old`);
  return openSync(path, 'a', 0o600);
}
