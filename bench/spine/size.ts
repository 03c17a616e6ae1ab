// The controller with ten thousand objects: its sweeps, and its memory before and after some of them.

import { eventually } from '../../test/support/eventually.ts';
import type { Measured } from '../report.ts';
import { type Bench, usage } from './load.ts';

const SWEEPS = 6;

export async function size(bench: Bench): Promise<Measured[]> {
  const { fleet, say } = bench;
  say(`${SWEEPS} sweeps`);
  const pid = fleet.controllers[0]?.pid ?? 0;
  // The first one may still find work to do.
  await sweepsAfter(bench, await sweeps(bench), 1);
  const before = await sweeps(bench);
  const memoryBefore = await usage(pid);
  const after = await sweepsAfter(bench, before, SWEEPS);
  const memoryAfter = await usage(pid);
  return [
    {
      work: 'a sweep of 10000 objects',
      figure: (after.seconds - before.seconds) / (after.count - before.count),
      unit: 's',
      reach: { atMost: 1 },
    },
    {
      work: `memory after ${after.count - before.count} sweeps beside before`,
      figure: memoryAfter.residentMib,
      unit: 'MiB',
      peer: { name: 'before', figure: memoryBefore.residentMib },
      reach: { atMost: 1.1 },
    },
    {
      work: 'controller memory at 10000 objects',
      figure: memoryAfter.residentMib,
      unit: 'MiB',
      reach: { atMost: 350 },
    },
  ];
}

interface Sweeps {
  readonly count: number;
  readonly seconds: number;
}

async function sweeps({ api }: Bench): Promise<Sweeps> {
  const { text } = await api.send('GET', '/metrics');
  const value = (name: string): number =>
    Number(new RegExp(`^lattice_sweep_seconds_${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return { count: value('count'), seconds: value('sum') };
}

const sweepsAfter = (bench: Bench, { count }: Sweeps, more: number): Promise<Sweeps> =>
  eventually(
    `${more} more sweeps are done`,
    () => sweeps(bench),
    (now) => now.count >= count + more,
  );
