// Starts a real Postgres on a data folder of ours, for `lattice dev` and the tests.
// Promise: loopback only, password (scram) always, fsync on; the same folder starts again after a stop, a SIGKILL or
//   a crash; `stop` returns when the server is gone. As root it runs as the user `postgres`, also below folders
//   which that user cannot enter: it is started *in* its data folder and told to use /proc/self/cwd, a link that
//   the kernel follows without walking the parents. So no folder of the caller's needs to be opened to others.
// Never: trust authentication, a Unix socket, or a half-made data folder under its final name.
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { type Account, postgresAccount, reachableCopy } from './account.ts';
import { isCode } from './cache.ts';
import { type Exit, startChild } from './child.ts';
import { ServerFailed } from './errors.ts';
import { findTool } from './find.ts';
import { createCluster, dataDirFor, passwordFileOf } from './initdb.ts';
import { pins } from './pins.ts';
import { onFreePorts, requireFree } from './ports.ts';
import { waitForPreviousServer } from './postmaster.ts';
import { waitUntilServing } from './serving.ts';

export interface PostgresOptions {
  /** Made when it does not exist; its password is `<dataDir>.password`, its log `<dataDir>.log`. */
  readonly dataDir: string;
  /** A free port by default. */
  readonly port?: number;
  readonly onProgress?: (line: string) => void;
  /** More server settings, such as `{ max_connections: '200' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RunningPostgres {
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the server ends, wanted or not. */
  readonly exited: Promise<Exit>;
  /** A connection string with the superuser's password: not for logs. */
  url(database?: string): string;
  stop(): Promise<void>;
}

const superuser = 'postgres';
const stopLimitMs = 30_000;

export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { onProgress = () => {}, settings = {} } = options;
  const dataDir = resolve(options.dataDir);
  const account = await postgresAccount(onProgress);
  const bin = await binFolder(account, onProgress);
  await mkdir(dirname(dataDir), { recursive: true, mode: 0o700 });
  await createCluster({ dataDir, bin, superuser, account, onProgress });
  await waitForPreviousServer(dataDir, onProgress);
  const password = await readPassword(dataDir);
  if (options.port !== undefined) await requireFree(options.port, 'Postgres');
  const start = (port: number) => serve({ dataDir, bin, account, password, port, settings });
  const { port } = options;
  const running = await (port === undefined ? onFreePorts(1, ([free = 0]) => start(free)) : start(port));
  onProgress(`Postgres serves on 127.0.0.1:${running.port}`);
  return running;
}

interface ServeOptions {
  readonly dataDir: string;
  readonly bin: string;
  readonly account: Account | undefined;
  readonly password: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

async function serve({
  dataDir,
  bin,
  account,
  password,
  port,
  settings,
}: ServeOptions): Promise<RunningPostgres> {
  const logFile = `${dataDir}.log`;
  const child = await startChild({
    name: 'Postgres',
    command: join(bin, 'postgres'),
    args: ['-D', dataDirFor(account, dataDir), ...flags(port, settings)],
    cwd: dataDir,
    logFile,
    // SIGINT is Postgres' fast shutdown: sessions are cut, everything committed is kept.
    stopSignal: 'SIGINT',
    stopLimitMs,
    env: { ...process.env, LC_ALL: 'C' },
    ...account,
  });
  const url = (database = 'postgres') =>
    `postgres://${superuser}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const stop = async () => {
    await child.stop();
  };
  await waitUntilServing('Postgres', child, logFile, () => tryQuery(url()));
  return { port, pid: child.pid, logFile, exited: child.exited, url, stop };
}

async function binFolder(account: Account | undefined, progress: (line: string) => void): Promise<string> {
  const { path, source } = await findTool('postgres', { progress });
  const bin = dirname(path);
  if (!account || source === 'environment') return bin;
  const label = `postgres-${pins.postgres.version}-${process.platform}-${process.arch}-copy`;
  return join(await reachableCopy(dirname(bin), label, account), 'bin');
}

function flags(port: number, settings: Readonly<Record<string, string>>): string[] {
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function readPassword(dataDir: string): Promise<string> {
  const file = passwordFileOf(dataDir);
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
    throw new ServerFailed(
      'Postgres',
      `the data folder ${dataDir} exists, but its password file ${file} is gone.`,
      'Put the file back, or remove the data folder to begin anew.',
      { cause: error },
    );
  }
}

async function tryQuery(connectionString: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => {});
  }
}
