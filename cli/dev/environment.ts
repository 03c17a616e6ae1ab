// Everything on one machine: embedded Postgres, Temporal's development server, a controller and a worker, on free loopback
// ports, with their data in one folder. The same programs run against real servers in a deployment.

import { randomBytes } from 'node:crypto';
import { constants, openSync } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig } from '../../config/load.ts';
import { createLog } from '../../config/log.ts';
import { hashToken } from '../../controller/http/tokens.ts';
import { startController } from '../../controller/main.ts';
import { startWorkerProgram } from '../../runtime/main.ts';
import { startPostgres } from '../../servers/postgres.ts';
import { startTemporal } from '../../servers/temporal.ts';
import { openDatabase } from '../../store/database.ts';
import { UsageError } from '../usage.ts';
import { prepareDatabase } from './database.ts';
import { lockFolder } from './lock.ts';
import { startMeshAgent } from './mesh.ts';
import {
  type DevState,
  ENVIRONMENT_FILE,
  privateFolder,
  STATE_FILE,
  writeDevState,
  writePrivate,
} from './state.ts';

export interface DevOptions {
  /** State folder; made when it does not exist. */
  readonly folder: string;
  /** Throw away what the folder holds first. */
  readonly reset?: boolean;
  readonly sweepIntervalMs?: number;
  /** A free port when left out. */
  readonly port?: number;
  /** Kubeconfig files of clusters whose custom resources are followed. */
  readonly kubeconfigs?: readonly string[];
  readonly onProgress: (line: string) => void;
}

export interface DevEnvironment extends DevState {
  /** Settles when a server that we started ends without being asked to. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}

const SWEEP_MS = 5_000;
const MESH_MS = 1_000;

export const TEMPORAL_SETTINGS = {
  // The default starves the deletion of a namespace with some hundred workflows, which then takes minutes.
  'worker.persistenceMaxQPS': 100_000,
  // A namespace that was asked for before it existed serves this much later; the default is two seconds.
  'system.namespaceCacheRefreshInterval': '200ms',
  // The defaults allow a queue one look every 50 ms, which every signal, start and activity then waits for.
  'history.transferProcessorMaxPollRPS': 1000,
  'history.timerProcessorMaxPollRPS': 1000,
  'history.visibilityProcessorMaxPollRPS': 1000,
  // Room for clocks that differ between hosts; here there is one.
  'history.timerProcessorMaxTimeShift': '1ms',
};

export async function startDev(options: DevOptions): Promise<DevEnvironment> {
  const folder = resolve(options.folder);
  for (const file of options.kubeconfigs ?? [])
    await access(file, constants.R_OK).catch((cause: unknown) => {
      throw new UsageError(`the kubeconfig ${file} cannot be read`, { cause });
    });
  await privateFolder(folder);
  const lock = await lockFolder(folder);
  // Undone in reverse order, whether the start fails half-way or the environment is stopped.
  const undo: (() => Promise<void>)[] = [() => lock.release()];
  const stop = async (): Promise<void> => {
    for (const end of undo.splice(0).reverse())
      await end().catch((error: unknown) => options.onProgress(String(error)));
  };
  try {
    return await start(folder, options, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  folder: string,
  options: DevOptions,
  undo: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<DevEnvironment> {
  const { onProgress } = options;
  if (options.reset) await removeData(folder);
  await mkdir(join(folder, 'logs'), { recursive: true });

  const [postgres, temporal] = await Promise.all([
    startPostgres({ dataDir: join(folder, 'postgres'), onProgress }).then((server) => {
      undo.push(() => server.stop());
      return server;
    }),
    startTemporal({ dbFile: join(folder, 'temporal.db'), onProgress, dynamicConfig: TEMPORAL_SETTINGS }).then(
      (server) => {
        undo.push(() => server.stop());
        return server;
      },
    ),
  ]);
  const database = await prepareDatabase(postgres.url, onProgress);

  const token = randomBytes(32).toString('base64url');
  const tokensFile = join(folder, 'tokens.yaml');
  const admin = {
    name: 'dev',
    sha256: hashToken(token),
    orgs: ['*'],
    verbs: ['*'],
    managers: ['terraform', 'git', 'kubernetes'],
  };
  await writePrivate(tokensFile, stringify({ tokens: [admin] }));

  const shared = {
    temporalAddress: temporal.address,
    listenPort: options.port ?? 0,
    tokensFile,
    sweepIntervalMs: options.sweepIntervalMs ?? SWEEP_MS,
    // Whoever runs this owns the machine, its environment and its model servers.
    secretEnvOrgs: ['*'],
    secretFileOrgs: ['*'],
    secretsDirectory: join(folder, 'secrets'),
    egressAllowLoopback: true,
    kubernetesKubeconfigs: (options.kubeconfigs ?? []).map((file) => resolve(file)),
  };
  const configFor = (databaseUrl: string) =>
    loadConfig({ flags: { ...shared, databaseUrl }, environment: {} });
  // Left open until the process ends: the last lines may come while the servers go.
  const logTo = (name: string) =>
    createLog(name, 'info', openSync(join(folder, 'logs', `${name}.log`), 'a', 0o600));

  const controller = await startController(await configFor(database.controllerUrl), logTo('controller'));
  undo.push(() => controller.stop());
  onProgress(`controller serves on ${controller.address}`);
  const worker = await startWorkerProgram(await configFor(database.workerUrl), logTo('worker'));
  undo.push(() => worker.stop());
  onProgress('worker runs');
  const meshDb = openDatabase({
    url: database.controllerUrl,
    applicationName: 'lattice-mesh-agent',
    connections: 2,
  });
  undo.push(() => meshDb.close());
  const mesh = startMeshAgent({
    db: meshDb,
    folder: join(folder, 'mesh'),
    log: logTo('mesh'),
    intervalMs: Math.min(shared.sweepIntervalMs, MESH_MS),
  });
  undo.push(() => mesh.stop());

  const state: DevState = {
    pid: process.pid,
    address: controller.address,
    token,
    temporalAddress: temporal.address,
    databaseUrl: database.ownerUrl,
  };
  await writeDevState(folder, state);
  undo.push(async () => {
    for (const file of [STATE_FILE, ENVIRONMENT_FILE]) await rm(join(folder, file), { force: true });
  });
  const failed = Promise.race([
    postgres.exited.then(() => new Error(`Postgres has ended; see ${postgres.logFile}`)),
    temporal.exited.then(() => new Error(`Temporal has ended; see ${temporal.logFile}`)),
  ]);
  return { ...state, failed, stop };
}

async function removeData(folder: string): Promise<void> {
  for (const name of [
    'postgres',
    'postgres.password',
    'postgres.log',
    'temporal.db',
    'temporal.db.log',
    'tokens.yaml',
    'logs',
    'mesh',
  ])
    await rm(join(folder, name), { recursive: true, force: true });
  for (const suffix of ['-wal', '-shm', '-journal'])
    await rm(join(folder, `temporal.db${suffix}`), { force: true });
}
