// One `lattice controller` or `lattice worker` as a process that can be killed, frozen, woken and started again. Each start is
// an incarnation with a name of its own, which its Postgres connections carry. What ends without being asked to is remembered.

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { nodeFlags } from '../../../cli/node-flags.js';
import { type Child, type Exit, startChild } from '../../../servers/child.ts';
import { waitUntilServing } from '../../../servers/serving.ts';
import { cleanEnvironment } from '../dev.ts';

export interface ProgramOptions {
  readonly role: 'controller' | 'worker';
  readonly name: string;
  readonly folder: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly settings: Readonly<Record<string, string>>;
  /** By how much its wall clock is wrong. */
  readonly clockShiftMs?: number;
  /** Of a controller's API; it keeps it over restarts. */
  readonly port?: number;
}

export interface Program {
  readonly role: ProgramOptions['role'];
  readonly name: string;
  /** Of a controller's API. */
  readonly address: string;
  readonly pid: number;
  /** `<name>.<count>`: the application name of its Postgres connections; its log is `<folder>/<name>.<count>.log`. */
  readonly incarnation: string;
  readonly state: 'down' | 'up' | 'frozen';
  /** Resolves when its API answers; for a worker, which has none, when it says that it is up. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP, which it cannot notice. */
  freeze(): void;
  thaw(): void;
  /** SIGTERM; resolves when it has ended in order. */
  stop(): Promise<void>;
  /** What all its incarnations have logged so far. */
  log(): string;
  /** Ends that nobody asked for, and orderly ends that were none. */
  readonly crashes: readonly string[];
}

const MAIN = join(import.meta.dirname, '../../../cli/main.ts');
const CLOCK = join(import.meta.dirname, 'shifted-clock.ts');
const STOP_LIMIT_MS = 40_000;

export function program(options: ProgramOptions): Program {
  const { role, name, port = 0 } = options;
  const address = `http://127.0.0.1:${port}`;
  const crashes: string[] = [];
  let child: Child | undefined;
  let killed = false;
  let count = 0;
  let state: Program['state'] = 'down';
  const logFileOf = (incarnation: number): string => join(options.folder, `${name}.${incarnation}.log`);

  const onExit = (incarnation: string, { code, signal, asked }: Exit, wasKilled: boolean): void => {
    state = 'down';
    if (wasKilled || (asked && code === 0)) return;
    crashes.push(`${incarnation} ended with ${signal ?? code} ${asked ? 'when told to stop' : 'by itself'}`);
  };
  const signal = (name: NodeJS.Signals): void => {
    if (child !== undefined && state !== 'down') process.kill(child.pid, name);
  };
  return {
    role,
    name,
    address,
    crashes,
    get pid() {
      return child?.pid ?? 0;
    },
    get incarnation() {
      return `${name}.${count}`;
    },
    get state() {
      return state;
    },
    log: () =>
      Array.from({ length: count }, (_, index) => readFileSync(logFileOf(index + 1), 'utf8')).join(''),
    start: async () => {
      count += 1;
      killed = false;
      const incarnation = `${name}.${count}`;
      const logFile = logFileOf(count);
      const started = await startChild(commandOf(options, incarnation, logFile));
      child = started;
      state = 'up';
      void started.exited.then((exit) => onExit(incarnation, exit, killed));
      await waitUntilServing(name, started, logFile, async () => {
        const up = role === 'controller' ? answers(`${address}/healthz`) : saysUp(logFile);
        return (await up) ? undefined : 'it is not up';
      });
    },
    kill: async () => {
      if (child === undefined || state === 'down') return;
      killed = true;
      signal('SIGKILL');
      await child.exited;
    },
    freeze: () => {
      signal('SIGSTOP');
      state = 'frozen';
    },
    thaw: () => {
      if (state !== 'frozen') return;
      signal('SIGCONT');
      state = 'up';
    },
    stop: async () => {
      if (child === undefined || state === 'down') return;
      if (state === 'frozen') signal('SIGCONT');
      await child.stop();
    },
  };
}

function commandOf(options: ProgramOptions, incarnation: string, logFile: string) {
  const { role, clockShiftMs, settings, temporalAddress, port } = options;
  const database = new URL(options.databaseUrl);
  database.searchParams.set('application_name', incarnation);
  const clock = clockShiftMs === undefined ? [] : ['--import', CLOCK];
  return {
    name: options.name,
    command: process.execPath,
    args: [...nodeFlags, ...clock, MAIN, role],
    logFile,
    stopSignal: 'SIGTERM',
    stopLimitMs: STOP_LIMIT_MS,
    env: {
      ...cleanEnvironment(),
      ...settings,
      LATTICE_DATABASE_URL: database.href,
      LATTICE_TEMPORAL_ADDRESS: temporalAddress,
      ...(port !== undefined && { LATTICE_LISTEN_PORT: String(port) }),
      ...(clockShiftMs !== undefined && { CLOCK_SHIFT_MS: String(clockShiftMs) }),
    },
  } as const;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    await delay(50);
    return false;
  }
}

const saysUp = async (logFile: string): Promise<boolean> =>
  (await readFile(logFile, 'utf8')).includes('the worker is up');
