// Real servers with several controllers and workers, each a process of its own, so that any one of them can be killed, frozen
// or started again while the others run. The processes end with this one, whatever happens to it.

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { prepareDatabase } from '../../../cli/dev/database.ts';
import { TEMPORAL_SETTINGS } from '../../../cli/dev/environment.ts';
import type { DevState } from '../../../cli/dev/state.ts';
import { hashToken } from '../../../controller/http/tokens.ts';
import { freePorts } from '../../../servers/ports.ts';
import { startPostgres } from '../../../servers/postgres.ts';
import { startTemporal } from '../../../servers/temporal.ts';
import { removeFolder, temporaryFolder } from '../dev.ts';
import { openWorld, type World } from '../world.ts';
import { type Program, program } from './program.ts';
import { restartable, type Server } from './server.ts';
import { installWitness } from './witness.ts';

export interface FleetOptions {
  readonly workers: number;
  /** One entry a controller; its settings go over those of all. */
  readonly controllers: readonly {
    readonly clockShiftMs?: number;
    readonly settings?: Readonly<Record<string, string>>;
  }[];
  readonly sweepIntervalMs?: number;
  /** More settings of the programs, by the names of their variables. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether triggers note who did what; they cost time. True when left out. */
  readonly witness?: boolean;
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Over those of `lattice dev`. */
  readonly temporalSettings?: Readonly<Record<string, number | boolean | string>>;
  /** What there is before the schema is made and any program starts; gets Postgres as its superuser. */
  readonly restore?: (urlOf: (database?: string) => string, temporalAddress: string) => Promise<void>;
  /** What stands between Temporal and the programs; gives the address that they are told. */
  readonly between?: (temporalAddress: string) => Promise<string>;
}

export interface Fleet {
  readonly folder: string;
  /** The servers, with the address of the first controller. */
  readonly world: World;
  readonly token: string;
  readonly controllers: readonly Program[];
  readonly workers: readonly Program[];
  readonly postgres: Server;
  readonly temporal: Server;
  /** The controller that holds a role such as `sealer`, if one does. */
  holderOf(lease: string): Promise<Program | undefined>;
  /** Ends of processes that nobody asked for. */
  crashes(): readonly string[];
  /** Stops every program in order; the servers stay, to be looked at. */
  stopPrograms(): Promise<void>;
  /** Stops everything; the folder with its logs may be kept. */
  stop(keepFolder?: boolean): Promise<void>;
}

const SWEEP_MS = 2_000;

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const folder = await temporaryFolder();
  const undo: (() => Promise<void>)[] = [];
  const stop = async (keepFolder = false): Promise<void> => {
    for (const end of undo.splice(0).reverse()) await end();
    if (!keepFolder) await removeFolder(folder);
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
  options: FleetOptions,
  undo: (() => Promise<void>)[],
  stop: Fleet['stop'],
): Promise<Fleet> {
  const dataDir = join(folder, 'postgres');
  const dbFile = join(folder, 'temporal.db');
  const pgSettings = { max_connections: '300', ...options.postgresSettings };
  const dynamicConfig = { ...TEMPORAL_SETTINGS, ...options.temporalSettings };
  const [pg, frontend] = await Promise.all([
    restartable('Postgres', (port) =>
      startPostgres({ dataDir, settings: pgSettings, ...(port !== undefined && { port }) }),
    ),
    restartable('Temporal', (port) =>
      startTemporal({ dbFile, dynamicConfig, ...(port !== undefined && { port }) }),
    ),
  ]);
  undo.push(pg.stop, frontend.stop);
  const temporalAddress = frontend.first.address;
  await options.restore?.(pg.first.url, temporalAddress);
  const database = await prepareDatabase(pg.first.url, () => {});
  const toldAddress = (await options.between?.(temporalAddress)) ?? temporalAddress;

  const token = randomBytes(24).toString('base64url');
  const tokensFile = join(folder, 'tokens.yaml');
  const admin = {
    name: 'fleet',
    sha256: hashToken(token),
    orgs: ['*'],
    verbs: ['*'],
    managers: ['terraform'],
  };
  await writeFile(tokensFile, stringify({ tokens: [admin] }), { mode: 0o600 });

  const settings = {
    LATTICE_TOKENS_FILE: tokensFile,
    LATTICE_SWEEP_INTERVAL_MS: String(options.sweepIntervalMs ?? SWEEP_MS),
    ...options.settings,
  };
  const ports = await freePorts(options.controllers.length);
  const controllers = options.controllers.map((own, index) =>
    program({
      ...own,
      role: 'controller',
      name: `controller-${index}`,
      folder,
      databaseUrl: database.controllerUrl,
      temporalAddress: toldAddress,
      settings: { ...settings, ...own.settings },
      port: ports[index] ?? 0,
    }),
  );
  const workers = Array.from({ length: options.workers }, (_, index) =>
    program({
      role: 'worker',
      name: `worker-${index}`,
      folder,
      databaseUrl: database.workerUrl,
      temporalAddress: toldAddress,
      settings,
    }),
  );
  const programs = [...controllers, ...workers];
  const stopPrograms = async (): Promise<void> => {
    await Promise.all(programs.map((each) => each.stop()));
  };
  undo.push(stopPrograms);
  const state: DevState = {
    pid: process.pid,
    address: controllers[0]?.address ?? '',
    token,
    temporalAddress,
    databaseUrl: database.ownerUrl,
  };
  const world = await openWorld(state);
  undo.push(world.close);
  if (options.witness ?? true) await installWitness(world);
  await Promise.all(programs.map((each) => each.start()));
  return {
    folder,
    world,
    token,
    controllers,
    workers,
    postgres: pg,
    temporal: frontend,
    holderOf: async (lease) => {
      const [row] = await world.sql('SELECT holder FROM leases WHERE name = $1 AND lease_until > now()', [
        lease,
      ]);
      // A holder is named `<host>/<pid>/<random>`.
      const pid = Number(String(row?.holder).split('/').at(-2));
      return controllers.find((each) => each.pid === pid);
    },
    crashes: () => [...programs.flatMap((each) => each.crashes), ...pg.crashes, ...frontend.crashes],
    stopPrograms,
    stop,
  };
}
