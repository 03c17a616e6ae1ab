// Unlogged: an effect without its event. A row of a governance table needs an event that wrote its generation; what a workflow
// was told needs an intent for that generation which was linked before.

import type { World } from '../world.ts';
import type { Ledger } from './ledger.ts';
import { tables } from './tables.ts';
import type { Run, Told } from './workflows.ts';

export async function unlogged(world: World, ledger: Ledger, runs: readonly Run[]): Promise<string[]> {
  return [...(await rowsUnlogged(world, ledger)), ...workflowsUnlogged(ledger, runs)];
}

async function rowsUnlogged(world: World, ledger: Ledger): Promise<string[]> {
  const missing: string[] = [];
  for (const { table } of tables)
    for (const { uid, generation, name } of await world.sql(`SELECT uid, generation, name FROM ${table}`)) {
      const written = (ledger.get(String(uid)) ?? []).some(
        ({ event }) =>
          event.generation === Number(generation) && event.changed.includes(`${table}.generation`),
      );
      if (!written) missing.push(`row of ${table} for ${name} (${uid}) at generation ${generation}`);
    }
  return missing;
}

function workflowsUnlogged(ledger: Ledger, runs: readonly Run[]): string[] {
  return runs.flatMap(({ uid, workflowId, told }) =>
    told
      .filter((each) => !isDeclared(ledger, uid, workflowId, each))
      .map(({ generation, fence }) => `${workflowId} was told generation ${generation} (fence ${fence})`),
  );
}

function isDeclared(ledger: Ledger, uid: string, workflowId: string, told: Told): boolean {
  return (ledger.get(uid) ?? []).some(
    ({ event, linkedMs }) =>
      event.phase === 'intent' &&
      event.generation === told.generation &&
      event.changed.includes(`workflow ${workflowId}`) &&
      linkedMs !== undefined &&
      linkedMs <= told.atMs + ROUNDING_MS,
  );
}

/** Temporal tells its times in milliseconds here, Postgres in microseconds. */
const ROUNDING_MS = 1;
