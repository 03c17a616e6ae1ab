// Judges a world that has come to rest, from the systems themselves: Postgres, Temporal and an export of the ledger. Each list
// names what is wrong; all are empty when nothing was lost, doubled or left out of the ledger.

import { apiOf } from '../api.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { chainFaults } from './chain.ts';
import { doubled } from './doubled.ts';
import { readLedger } from './ledger.ts';
import { type Acknowledged, lost } from './lost.ts';
import { unlogged } from './unlogged.ts';
import { allRuns } from './workflows.ts';

export interface Verdict {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly unlogged: readonly string[];
  readonly chain: readonly string[];
  readonly crashes: readonly string[];
}

export const SPOTLESS: Verdict = { lost: [], doubled: [], unlogged: [], chain: [], crashes: [] };

export async function judge(fleet: Fleet, acknowledged: Acknowledged = new Map()): Promise<Verdict> {
  const { world } = fleet;
  const orgs = await world.sql(`SELECT name FROM objects WHERE kind = 'Org'`);
  const runs = await allRuns(
    world,
    orgs.map(({ name }) => String(name)),
  );
  const ledger = await readLedger(world);
  return {
    lost: await lost(world, apiOf(world.state), acknowledged, runs),
    doubled: await doubled(world, ledger, runs),
    unlogged: await unlogged(world, ledger, runs),
    chain: await chainFaults(world, fleet.folder),
    crashes: fleet.crashes(),
  };
}
