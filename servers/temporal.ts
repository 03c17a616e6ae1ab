// Starts Temporal's own development server, for `lattice dev` and the tests.
// Promise: every listener is on loopback; with `dbFile` the data survives a restart; it serves when this resolves;
//   `stop` returns when it is gone.
// Never: a web page of its own (headless), or a default port that another server may hold.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Exit, startChild } from './child.ts';
import { findTool } from './find.ts';
import { answersGrpc } from './grpc.ts';
import { onFreePorts, requireFree } from './ports.ts';
import { pidNotedIn, waitForEnd } from './previous.ts';
import { waitUntilServing } from './serving.ts';

export interface TemporalOptions {
  /** SQLite file that keeps the data; without it the data is in memory and gone after `stop`. */
  readonly dbFile?: string;
  /** A free port by default. */
  readonly port?: number;
  readonly onProgress?: (line: string) => void;
  /** Values are JSON, such as `{ 'frontend.namespaceRPS': 1000 }`. */
  readonly dynamicConfig?: Readonly<Record<string, number | boolean | string>>;
  /** By default `<dbFile>.log`, or a file in the temporary folder. */
  readonly logFile?: string;
}

export interface RunningTemporal {
  /** host:port of the gRPC front end. */
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  readonly metricsUrl: string;
  readonly logFile: string;
  /** Settles when the server ends, wanted or not. */
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
}

const stopLimitMs = 20_000;

export async function startTemporal(options: TemporalOptions = {}): Promise<RunningTemporal> {
  const { onProgress = () => {}, dynamicConfig = {}, port } = options;
  if (port !== undefined) await requireFree(port, 'Temporal');
  const { path } = await findTool('temporal', { progress: onProgress });
  const dbFile = options.dbFile && resolve(options.dbFile);
  if (dbFile) await waitForPreviousServer(dbFile, onProgress);
  const confirmDb = dbFile ? await prepareDb(dbFile) : async () => {};
  const running = await onFreePorts(3, ([free = 0, httpPort = 0, metricsPort = 0]) => {
    const ports = { port: port ?? free, httpPort, metricsPort };
    const logFile = options.logFile ?? `${dbFile ?? join(tmpdir(), `lattice-temporal-${ports.port}`)}.log`;
    return serve({ path, dbFile, logFile, dynamicConfig, ...ports });
  });
  await confirmDb();
  onProgress(`Temporal serves on ${running.address}`);
  return running;
}

const pidFileOf = (dbFile: string): string => `${dbFile}.pid`;

/** Two servers on one file: the second finds it locked and ends. */
async function waitForPreviousServer(dbFile: string, progress: (line: string) => void): Promise<void> {
  const pid = () => pidNotedIn(pidFileOf(dbFile));
  await waitForEnd({ server: 'Temporal', command: 'temporal', data: dbFile, pid, progress });
}

/**
 * The server never repairs a file in which it was killed while it made its tables. Such a file holds nothing yet, so
 * a marker stands beside a new file until the server has served from it, and a file with a marker is made anew.
 */
async function prepareDb(dbFile: string): Promise<() => Promise<void>> {
  const marker = `${dbFile}.unfinished`;
  await mkdir(dirname(dbFile), { recursive: true, mode: 0o700 });
  if (existsSync(marker)) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(dbFile + suffix, { force: true });
  }
  if (!existsSync(dbFile)) await writeFile(marker, '');
  return () => rm(marker, { force: true });
}

interface ServeOptions {
  readonly path: string;
  readonly dbFile: string | undefined;
  readonly logFile: string;
  readonly port: number;
  readonly httpPort: number;
  readonly metricsPort: number;
  readonly dynamicConfig: Readonly<Record<string, number | boolean | string>>;
}

async function serve(options: ServeOptions): Promise<RunningTemporal> {
  const { path, dbFile, logFile, port, metricsPort } = options;
  await mkdir(dirname(logFile), { recursive: true, mode: 0o700 });
  const child = await startChild({
    name: 'Temporal',
    command: path,
    args: serverArgs(options),
    // The command line reads profiles and TEMPORAL_* settings of the person who runs us; the server must not.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TEMPORAL_CONFIG_FILE: '/dev/null' },
    logFile,
    stopSignal: 'SIGTERM',
    stopLimitMs,
  });
  if (dbFile) await writeFile(pidFileOf(dbFile), String(child.pid));
  const address = `127.0.0.1:${port}`;
  const stop = async () => {
    await child.stop();
  };
  await waitUntilServing('Temporal', child, logFile, async () => {
    const answers = await answersGrpc(address, describeDefault.method, describeDefault.message);
    return answers ? undefined : 'its namespace "default" cannot be read';
  });
  const metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  return { address, port, pid: child.pid, metricsUrl, logFile, exited: child.exited, stop };
}

function serverArgs({ dbFile, port, httpPort, metricsPort, dynamicConfig }: ServeOptions): string[] {
  return [
    ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--log-level', 'warn'],
    ...['--port', String(port), '--http-port', String(httpPort), '--metrics-port', String(metricsPort)],
    ...(dbFile ? ['--db-filename', dbFile] : []),
    ...Object.entries(dynamicConfig).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
  ];
}

/** DescribeNamespace{namespace: "default"}: the server makes that namespace last, and must read it from its store. */
const describeDefault = {
  method: '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace',
  message: Buffer.concat([Buffer.from([0x0a, 7]), Buffer.from('default')]),
};
