// An environment of a test's own in which secrets are planted wherever a program is given one, so that all of it can be looked
// through. Promise: whatever the command and the API say on the way is looked at too.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { hashToken } from '../../controller/http/tokens.ts';
import { type Api, apiOf } from './api.ts';
import { lattice } from './cli.ts';
import { removeFolder, startDevProcess, temporaryFolder } from './dev.ts';
import { lookAtFiles, lookAtTables, lookAtWorkflows, type Planted, planted } from './planted.ts';
import { type Program, startProgram } from './program.ts';
import { openWorld, type World } from './world.ts';

export interface PlantedWorld {
  readonly garden: Planted;
  readonly world: World;
  readonly folder: string;
  /** Of the API. */
  readonly token: string;
  /** The same database as the world's, by a login with this password. */
  databaseUrl(password: string): string;
  /** What a controller or a worker is started with here. */
  settings(): Record<string, string>;
  /** The command, with everything it says looked at. */
  cli(
    args: readonly string[],
    as?: { readonly address?: string; readonly token?: string },
    input?: string,
  ): ReturnType<typeof lattice>;
  /** Looks through the database, Temporal and the logs of the servers. */
  lookAround(): Promise<void>;
  close(): Promise<void>;
}

/** Of the database. */
export const LOGIN = 'planted_owner';

export async function startPlantedWorld(): Promise<PlantedWorld> {
  const garden = planted();
  const token = garden.plant('a token of the API');
  const password = garden.plant('the password of the database', 'pl@nted/');
  const secrets = {
    LATTICE_SECRET_PLANTED: garden.plant('a secret in the environment'),
    LATTICE_SECRET_UNUSED: garden.plant('a secret in the environment that nobody names'),
  };
  const folder = await temporaryFolder();
  const dev = await startDevProcess({ sweepIntervalMs: 300 });
  const world = await openWorld(dev.state);
  await world.sql(`CREATE ROLE ${LOGIN} LOGIN SUPERUSER PASSWORD '${password}'`);
  await mkdir(join(folder, 'secrets'));
  await writeFile(join(folder, 'secrets/planted'), garden.plant('a secret in a file'));
  const entry = {
    name: 'planted',
    sha256: hashToken(token),
    orgs: ['*'],
    verbs: ['*'],
    managers: ['terraform'],
  };
  await writeFile(join(folder, 'tokens.yaml'), stringify({ tokens: [entry] }), { mode: 0o600 });
  const databaseUrl = (secret: string): string => {
    const url = new URL(world.state.databaseUrl);
    return `postgres://${LOGIN}:${encodeURIComponent(secret)}@${url.host}${url.pathname}`;
  };
  return {
    garden,
    world,
    folder,
    token,
    databaseUrl,
    settings: () => ({
      ...secrets,
      LATTICE_DATABASE_URL: databaseUrl(password),
      LATTICE_TEMPORAL_ADDRESS: world.state.temporalAddress,
      LATTICE_LISTEN_PORT: '0',
      LATTICE_LOG_LEVEL: 'debug',
      LATTICE_TOKENS_FILE: join(folder, 'tokens.yaml'),
      LATTICE_SECRET_ENV_ORGS: '*',
      LATTICE_SECRET_FILE_ORGS: '*',
      LATTICE_SECRETS_DIRECTORY: join(folder, 'secrets'),
    }),
    cli: async (args, as = {}, input = '') => {
      const ran = await lattice({ address: world.state.address, token, ...as }, args, input);
      garden.saw(`lattice ${args[0]}`, ran.stdout + ran.stderr);
      return ran;
    },
    lookAround: async () => {
      await lookAtTables(world, garden);
      await lookAtWorkflows(world, garden);
      await lookAtFiles(dev.folder, (name) => name.endsWith('.log'), garden);
    },
    close: async () => {
      await world.close();
      await dev.stop();
      await Promise.all([removeFolder(dev.folder), removeFolder(folder)]);
    },
  };
}

export interface ServedPlantedWorld {
  readonly address: string;
  /** With everything it answers looked at. */
  readonly api: Api;
  /** Looks through what the programs have logged so far. */
  lookAtLogs(): void;
  stop(): Promise<void>;
}

/** A controller and a worker that have the planted secrets. */
export async function servePlantedWorld(place: PlantedWorld): Promise<ServedPlantedWorld> {
  const { garden, settings, token } = place;
  const start = (name: string): Program => startProgram([name], settings());
  const [controller, worker] = [start('controller'), start('worker')];
  const address = await controller.firstLine;
  const plain = apiOf({ address, token });
  return {
    address,
    api: {
      ...plain,
      send: async (method, path, body, headers) => {
        const answer = await plain.send(method, path, body, headers);
        garden.saw(
          `the answer ${answer.status} to ${method} ${path}`,
          answer.text + JSON.stringify([...answer.headers]),
        );
        return answer;
      },
    },
    lookAtLogs: () => {
      garden.saw('the log of the controller', controller.output());
      garden.saw('the log of the worker', worker.output());
    },
    stop: async () => {
      await Promise.all([controller.stop(), worker.stop()]);
    },
  };
}
