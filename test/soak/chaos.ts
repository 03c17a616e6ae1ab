// Draws faults at random until it is told to stop, then brings everything back. It is also the supervisor that a deployment has:
// a process that has ended by itself, which is a finding, is started again.

import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../support/fleet/fleet.ts';
import type { Random } from '../support/load/random.ts';
import { type Fault, faults } from './faults.ts';
import type { Counts } from './report.ts';

/** Resolves when every fault is undone and every process is up. */
export async function chaos(
  fleet: Fleet,
  random: Random,
  signal: AbortSignal,
  say: (line: string) => void,
  drawn: readonly Fault[] = faults,
): Promise<Counts> {
  const counts: Counts = { kills: 0, freezes: 0, outages: 0, disturbances: 0 };
  const busy = new Set<unknown>();
  const running = new Set<Promise<void>>();
  const programs = [...fleet.controllers, ...fleet.workers];

  const run = async (fault: Fault): Promise<void> => {
    const target = await fault.target(fleet, random);
    if (target === undefined || busy.has(target)) return;
    busy.add(target);
    const what = `${fault.name}${'incarnation' in target ? ` (${target.incarnation})` : ''}`;
    say(what);
    counts[fault.counts] += 1;
    try {
      await fault.inject(target, fleet, random);
      say(`  over: ${what}`);
    } finally {
      busy.delete(target);
    }
  };
  const supervise = async (): Promise<void> => {
    for (const each of programs)
      if (each.state === 'down' && !busy.has(each)) {
        say(`starting ${each.name} again`);
        await each.start();
      }
  };
  // A fault that could not be done, as when Postgres is away while its connections are to be cut, is no finding.
  const attempt = (job: Promise<void>): void => {
    const done = job
      .catch((error: unknown) => say(`  not done: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => running.delete(done));
    running.add(done);
  };

  while (!signal.aborted) {
    attempt(run(draw(drawn, random)));
    attempt(supervise());
    await delay(random.between(2_000, 7_000), undefined, { signal }).catch(() => {});
  }
  while (running.size > 0) await Promise.all(running);
  await supervise();
  return counts;
}

function draw(faults: readonly Fault[], random: Random): Fault {
  const total = faults.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.below(total);
  for (const fault of faults) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  throw new Error('there is no fault to draw');
}
