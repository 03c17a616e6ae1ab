// Starts Temporal's own development server, for `lattice dev` and the tests.
// Promise: every listener is on loopback; with `dbFile` the data survives a restart; it serves when this resolves;
//   `stop` returns when it is gone.
// Never: a web page of its own (headless), or a default port that another server may hold.
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, type Exit, startChild, tailOf } from './child.ts';
import { ServerFailed } from './errors.ts';
import { findTool } from './find.ts';
import { answersGrpc } from './grpc.ts';
import { freePorts } from './ports.ts';

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

const startLimitMs = 120_000;
const stopLimitMs = 20_000;

export async function startTemporal(options: TemporalOptions = {}): Promise<RunningTemporal> {
  const { onProgress = () => {}, dynamicConfig = {} } = options;
  const { path } = await findTool('temporal', { progress: onProgress });
  const [free = 0, http, metrics] = await freePorts(3);
  const port = options.port ?? free;
  const dbFile = options.dbFile && resolve(options.dbFile);
  const logFile =
    options.logFile ?? (dbFile ? `${dbFile}.log` : join(tmpdir(), `lattice-temporal-${port}.log`));
  await mkdir(dirname(logFile), { recursive: true, mode: 0o700 });
  if (dbFile) await mkdir(dirname(dbFile), { recursive: true, mode: 0o700 });

  const child = await startChild({
    name: 'Temporal',
    command: path,
    args: [
      ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--log-level', 'warn'],
      ...['--port', String(port), '--http-port', String(http), '--metrics-port', String(metrics)],
      ...(dbFile ? ['--db-filename', dbFile] : []),
      ...Object.entries(dynamicConfig).flatMap(([key, value]) => [
        '--dynamic-config-value',
        `${key}=${JSON.stringify(value)}`,
      ]),
    ],
    // The command line reads profiles and TEMPORAL_* settings of the person who runs us; the server must not.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TEMPORAL_CONFIG_FILE: '/dev/null' },
    logFile,
    stopSignal: 'SIGTERM',
    stopLimitMs,
  });
  const address = `127.0.0.1:${port}`;
  try {
    await waitUntilServing(child, address, logFile);
  } catch (error) {
    await child.stop();
    throw error;
  }
  onProgress(`Temporal serves on ${address}`);
  return {
    address,
    port,
    pid: child.pid,
    metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
    logFile,
    exited: child.exited,
    async stop() {
      await child.stop();
    },
  };
}

/** DescribeNamespace{namespace: "default"}: the server makes that namespace last, and must read it from its store. */
const describeDefault = {
  method: '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace',
  message: Buffer.concat([Buffer.from([0x0a, 7]), Buffer.from('default')]),
};

async function waitUntilServing(child: Child, address: string, logFile: string): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  while (!(await answersGrpc(address, describeDefault.method, describeDefault.message))) {
    if (ended || Date.now() > deadline) {
      const what = ended ? 'the server ended' : `no answer within ${startLimitMs / 1000} s`;
      throw new ServerFailed('Temporal', `${what}.`, `The end of its log ${logFile}:\n${tailOf(logFile)}`);
    }
    await delay(50);
  }
}
