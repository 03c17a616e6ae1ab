// The smallest fleet, one controller and one worker, whose parts a test takes away and brings back at the same address. What the
// controller logs is kept, because what it says while it waits is part of the promise.

import { type Api, apiOf } from '../support/api.ts';
import { type FleetOptions, startFleet } from '../support/fleet/fleet.ts';
import type { World } from '../support/world.ts';

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

export type StandOptions = Pick<FleetOptions, 'sweepIntervalMs' | 'temporalSettings' | 'between' | 'restore'>;

export async function startStand(options: StandOptions = {}): Promise<Stand> {
  const fleet = await startFleet({
    sweepIntervalMs: 300,
    postgresSettings: { deadlock_timeout: '50ms' },
    ...options,
    controllers: [{}],
    workers: 1,
    witness: false,
  });
  const { folder, world, postgres, temporal } = fleet;
  const [controller] = fleet.controllers;
  const [worker] = fleet.workers;
  if (controller === undefined || worker === undefined)
    throw new Error('the fleet is not what was asked for');
  return {
    folder,
    world,
    api: apiOf(world.state),
    postgres,
    temporal,
    controller,
    worker,
    log: controller.log,
    close: () => fleet.stop(),
  };
}
