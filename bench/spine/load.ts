// What the parts of this bench share: the system under load, and waiting until so many objects are ready.

import { readFile } from 'node:fs/promises';
import type { Api } from '../../test/support/api.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { Fleet } from '../../test/support/fleet/fleet.ts';
import type { World } from '../../test/support/world.ts';

export const ORG = 'bench';
/** So many requests are under way at once. */
export const CLIENTS = 16;

export interface Bench {
  readonly fleet: Fleet;
  readonly api: Api;
  readonly world: World;
  readonly sweepMs: number;
  say(line: string): void;
}

/** Runs `count` jobs, so many at a time. */
export async function inParallel(count: number, job: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

/** Objects of the org's kinds that are ready. */
export async function readyCount(world: World, kinds: readonly string[]): Promise<number> {
  const [row] = await world.sql(
    `SELECT count(*)::int AS n FROM objects WHERE org = $1 AND kind = ANY ($2)
       AND status @? '$.conditions[*] ? (@.type == "Ready" && @.status == "True")'`,
    [ORG, kinds],
  );
  return Number(row?.n);
}

export async function untilReady(world: World, kinds: readonly string[], count: number): Promise<void> {
  await eventually(
    `${count} of ${kinds.join(' and ')} are ready`,
    () => readyCount(world, kinds),
    (ready) => ready >= count,
  );
}

/** CPU seconds that a process has used, and its resident memory in MiB, by the kernel's count. */
export async function usage(pid: number): Promise<{ cpuSeconds: number; residentMib: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const resident = /VmRSS:\s+(\d+) kB/.exec(status)?.[1];
  return { cpuSeconds: ticks / 100, residentMib: Number(resident) / 1024 };
}
