// Starts a real etcd of one member on a data folder of ours, as the store of the Kubernetes API server.
// Promise: every listener is on loopback; the same folder starts again after a stop, a SIGKILL or a crash; it serves
//   when this resolves; `stop` returns when it is gone.
// Never: a second member. It asks no one for a password, as on this machine it is for one user's tests and demo.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { type Exit, startChild } from './child.ts';
import { findTool } from './find.ts';
import { onFreePorts, requireFree } from './ports.ts';
import { pidNotedIn, waitForEnd } from './previous.ts';
import { waitUntilServing } from './serving.ts';

export interface EtcdOptions {
  /** Made when it does not exist; its log is `<dataDir>.log`. */
  readonly dataDir: string;
  /** A free port by default. */
  readonly port?: number;
  readonly onProgress?: (line: string) => void;
  /** Faster, for tests: what was acknowledged outlives the process, but not the machine. Off by default. */
  readonly unsafeNoFsync?: boolean;
}

export interface RunningEtcd {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the server ends, wanted or not. */
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
}

/** It waits for clients to go; what it has acknowledged is on the disk, so being ended sooner costs nothing. */
const stopLimitMs = 5_000;

export async function startEtcd(options: EtcdOptions): Promise<RunningEtcd> {
  const { onProgress = () => {}, port, unsafeNoFsync = false } = options;
  const dataDir = resolve(options.dataDir);
  const { path } = await findTool('etcd', { progress: onProgress });
  await mkdir(dirname(dataDir), { recursive: true, mode: 0o700 });
  const pidFile = `${dataDir}.pid`;
  const pid = () => pidNotedIn(pidFile);
  await waitForEnd({ server: 'etcd', command: 'etcd', data: dataDir, pid, progress: onProgress });
  // Only now: a server that is still going down holds its port.
  if (port !== undefined) await requireFree(port, 'etcd');
  const running = await onFreePorts(2, ([free = 0, peerPort = 0]) =>
    serve({ path, dataDir, pidFile, port: port ?? free, peerPort, unsafeNoFsync }),
  );
  onProgress(`etcd serves on ${running.url}`);
  return running;
}

interface ServeOptions {
  readonly path: string;
  readonly dataDir: string;
  readonly pidFile: string;
  readonly port: number;
  readonly peerPort: number;
  readonly unsafeNoFsync: boolean;
}

async function serve(options: ServeOptions): Promise<RunningEtcd> {
  const { path, dataDir, pidFile, port } = options;
  const logFile = `${dataDir}.log`;
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild({
    name: 'etcd',
    command: path,
    args: serverArgs(options),
    // Every flag can be set by an ETCD_* variable too; those of the person who runs us must not count.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    logFile,
    stopSignal: 'SIGTERM',
    stopLimitMs,
  });
  await writeFile(pidFile, String(child.pid));
  const stop = async () => {
    await child.stop();
  };
  await waitUntilServing('etcd', child, logFile, () => askHealth(url));
  return { url, port, pid: child.pid, logFile, exited: child.exited, stop };
}

function serverArgs({ dataDir, port, peerPort, unsafeNoFsync }: ServeOptions): string[] {
  const client = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    ...['--name', 'lattice', '--data-dir', dataDir, '--log-level', 'warn'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    // Without other members nobody calls the peer port, but a member must have one.
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
    ...['--initial-cluster', `lattice=${peer}`],
    ...(unsafeNoFsync ? ['--unsafe-no-fsync'] : []),
  ];
}

const health = z.object({ health: z.literal('true') });

/** Healthy means that the member leads and has answered a read. */
async function askHealth(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) });
    const answer = await response.text();
    return health.safeParse(JSON.parse(answer)).success ? undefined : answer;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
