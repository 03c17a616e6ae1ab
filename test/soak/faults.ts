// The faults of a soak. Each does one thing to the fleet and undoes it; what it works on is its own until then, so that faults
// may overlap and none undoes another's.

import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../support/fleet/fleet.ts';
import type { Program } from '../support/fleet/program.ts';
import type { Server } from '../support/fleet/server.ts';
import type { FaultyProxy } from '../support/kubernetes-proxy.ts';
import type { Random } from '../support/load/random.ts';
import type { Counts } from './report.ts';

export type Target = Program | Server | FaultyProxy;

export interface Fault {
  readonly name: string;
  /** How often it is drawn. */
  readonly weight: number;
  readonly counts: keyof Counts;
  /** What it is done to, drawn now; undefined when there is none at this moment. */
  target(fleet: Fleet, random: Random): Promise<Target | undefined>;
  inject(target: Target, fleet: Fleet, random: Random): Promise<void>;
}

const up = (programs: readonly Program[], random: Random): Program | undefined => {
  const running = programs.filter(({ state }) => state === 'up');
  return running[random.below(running.length)];
};

export const kill = async (target: Target, _fleet: Fleet, random: Random): Promise<void> => {
  if (!('kill' in target)) return;
  await target.kill();
  await delay(random.between(200, 4_000));
  await target.start();
};

const freeze =
  (least: number, most: number): Fault['inject'] =>
  async (target, _fleet, random) => {
    if (!('freeze' in target)) return;
    target.freeze();
    await delay(random.between(least, most));
    target.thaw();
  };

export const away =
  (least: number, most: number): Fault['inject'] =>
  async (target, _fleet, random) => {
    if (!('start' in target)) return;
    await target.stop();
    await delay(random.between(least, most));
    await target.start();
  };

export const faults: readonly Fault[] = [
  {
    name: 'SIGKILL of a controller',
    weight: 5,
    counts: 'kills',
    target: async (fleet, random) => up(fleet.controllers, random),
    inject: kill,
  },
  {
    name: 'SIGKILL of a worker',
    weight: 4,
    counts: 'kills',
    target: async (fleet, random) => up(fleet.workers, random),
    inject: kill,
  },
  {
    name: 'SIGKILL of the sealer',
    weight: 4,
    counts: 'kills',
    target: async (fleet) => await fleet.holderOf('sealer'),
    inject: kill,
  },
  {
    name: 'SIGSTOP of a controller past its leases',
    weight: 3,
    counts: 'freezes',
    target: async (fleet, random) => up(fleet.controllers, random),
    inject: freeze(16_000, 22_000),
  },
  {
    name: 'SIGSTOP of a controller for a minute',
    weight: 1,
    counts: 'freezes',
    target: async (fleet, random) => up(fleet.controllers, random),
    inject: freeze(60_000, 60_000),
  },
  {
    name: 'restart of Postgres',
    weight: 2,
    counts: 'outages',
    target: async ({ postgres }) => postgres,
    inject: away(0, 5_000),
  },
  {
    name: 'connections of Postgres cut one by one',
    weight: 3,
    counts: 'outages',
    target: async ({ postgres }) => postgres,
    inject: async (_target, fleet, random) => {
      const found = await fleet.world.sql(
        `SELECT pid FROM pg_stat_activity WHERE application_name ~ '^(controller|worker)-' ORDER BY random()`,
      );
      for (const { pid } of found) {
        await fleet.world.sql('SELECT pg_terminate_backend($1)', [pid]);
        await delay(random.between(5, 100));
      }
    },
  },
  {
    name: 'Temporal away',
    weight: 2,
    counts: 'outages',
    target: async ({ temporal }) => temporal,
    inject: away(500, 30_000),
  },
];
