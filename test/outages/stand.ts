// Postgres, Temporal, a controller and a worker, each a process of its own that a test may take away and bring back at the same
// address. What the controller logs is kept, because what it says while it waits is part of the promise.

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { prepareDatabase } from '../../cli/dev/database.ts';
import { hashToken } from '../../controller/http/tokens.ts';
import { freePort } from '../../servers/ports.ts';
import { type RunningPostgres, startPostgres } from '../../servers/postgres.ts';
import { type RunningTemporal, startTemporal } from '../../servers/temporal.ts';
import { type Api, apiOf } from '../support/api.ts';
import { removeFolder, temporaryFolder } from '../support/dev.ts';
import { type Program, startProgram } from '../support/program.ts';
import { openWorld, type World } from '../support/world.ts';

/** A part that can be taken away. */
export interface Part {
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface Stand {
  readonly folder: string;
  readonly world: World;
  readonly api: Api;
  readonly postgres: Part;
  readonly temporal: Part;
  readonly controller: Part;
  readonly worker: Part;
  /** What the controller has logged so far. */
  log(): string;
  close(): Promise<void>;
}

export interface StandOptions {
  readonly sweepIntervalMs?: number;
  readonly temporalSettings?: Readonly<Record<string, number | boolean | string>>;
  /** What stands between Temporal and the programs; gives the address that they are told. */
  readonly between?: (temporalAddress: string) => Promise<string>;
  /** What there is before the schema is made and any program starts; gets Postgres as its superuser. */
  readonly restore?: (urlOf: (database?: string) => string, temporalAddress: string) => Promise<void>;
}

export async function startStand(options: StandOptions = {}): Promise<Stand> {
  const folder = await temporaryFolder();
  // Undone in reverse order, also when the start fails half-way.
  const undo: (() => Promise<void>)[] = [() => removeFolder(folder)];
  const close = async () => {
    for (const end of undo.splice(0).reverse()) await end();
  };
  try {
    return await start(folder, options, undo, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  folder: string,
  options: StandOptions,
  undo: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Stand> {
  const postgres = restartable((port) =>
    startPostgres({ dataDir: join(folder, 'pg'), settings: { deadlock_timeout: '50ms' }, ...port }),
  );
  const temporal = restartable((port) => {
    const dynamicConfig = { 'system.namespaceCacheRefreshInterval': '200ms', ...options.temporalSettings };
    return startTemporal({ dbFile: join(folder, 'temporal.db'), dynamicConfig, ...port });
  });
  undo.push(postgres.stop, temporal.stop);
  await Promise.all([postgres.start(), temporal.start()]);
  const { address: temporalAddress } = temporal.running();
  await options.restore?.(postgres.running().url, temporalAddress);
  const database = await prepareDatabase(postgres.running().url, () => {});
  const token = randomBytes(24).toString('base64url');
  const tokensFile = join(folder, 'tokens.yaml');
  const admin = {
    name: 'admin',
    sha256: hashToken(token),
    orgs: ['*'],
    verbs: ['*'],
    managers: ['terraform'],
  };
  await writeFile(tokensFile, stringify({ tokens: [admin] }), { mode: 0o600 });
  const listenPort = await freePort();
  const environment = {
    LATTICE_TEMPORAL_ADDRESS: (await options.between?.(temporalAddress)) ?? temporalAddress,
    LATTICE_LISTEN_PORT: String(listenPort),
    LATTICE_TOKENS_FILE: tokensFile,
    LATTICE_SWEEP_INTERVAL_MS: String(options.sweepIntervalMs ?? 300),
  };
  const controller = restartableProgram('controller', {
    ...environment,
    LATTICE_DATABASE_URL: database.controllerUrl,
  });
  const worker = restartableProgram('worker', { ...environment, LATTICE_DATABASE_URL: database.workerUrl });
  undo.push(controller.stop, worker.stop);
  await Promise.all([controller.start(), worker.start()]);
  const address = `http://127.0.0.1:${listenPort}`;
  const state = { pid: process.pid, address, token, temporalAddress, databaseUrl: database.ownerUrl };
  const world = await openWorld(state);
  undo.push(() => world.close());
  return {
    folder,
    world,
    api: apiOf(state),
    postgres,
    temporal,
    controller,
    worker,
    log: controller.log,
    close,
  };
}

/** A server that comes back on the port that it had first. */
function restartable<Server extends RunningPostgres | RunningTemporal>(
  begin: (port: { port?: number }) => Promise<Server>,
): Part & { running(): Server } {
  let server: Server | undefined;
  return {
    start: async () => {
      server = await begin(server === undefined ? {} : { port: server.port });
    },
    stop: async () => {
      await server?.stop();
    },
    running: () => {
      if (server === undefined) throw new Error('the server has not been started');
      return server;
    },
  };
}

function restartableProgram(
  name: 'controller' | 'worker',
  environment: Readonly<Record<string, string>>,
): Part & { log(): string } {
  const starts: Program[] = [];
  return {
    log: () => starts.map((program) => program.output()).join(''),
    start: async () => {
      const program = startProgram([name], environment);
      starts.push(program);
      if (name === 'controller') await program.firstLine;
      else await program.says(/the worker is up/);
    },
    stop: async () => {
      await starts.at(-1)?.stop();
    },
  };
}
