// One soak from start to verdict: a fleet, load on it, faults in it, then rest, and a look at what stands.

import { setTimeout as delay } from 'node:timers/promises';
import { type Fleet, startFleet } from '../support/fleet/fleet.ts';
import { randomFrom } from '../support/load/random.ts';
import { untilSettled } from '../support/verdict/settled.ts';
import { judge } from '../support/verdict/verdict.ts';
import { applyUntil } from './applies.ts';
import { chaos } from './chaos.ts';
import { startClients } from './clients.ts';
import { isClean, type Report } from './report.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

const HOUR_MS = 3_600_000;
/** Longer than any backoff; what is not at rest by then hangs. */
const REST_MS = 180_000;

export async function soak(options: SoakOptions): Promise<Report> {
  options.say(`seed ${options.seed}`);
  const fleet = await startFleet({ controllers: [{}, {}, { clockShiftMs: HOUR_MS }], workers: 2 });
  let clean = false;
  try {
    const report = await run(fleet, options);
    clean = isClean(report);
    return report;
  } finally {
    if (!clean) options.say(`the logs are kept in ${fleet.folder}`);
    await fleet.stop(!clean);
  }
}

async function run(fleet: Fleet, { minutes, seed, say }: SoakOptions): Promise<Report> {
  const random = randomFrom(seed);
  const faultsOver = new AbortController();
  const loadOver = new AbortController();
  const clients = await startClients(fleet, random.fork(), ['acme', 'globex'], loadOver.signal);
  const applying = applyUntil(fleet, random.fork(), 'terraform', loadOver.signal, say);
  const failing = chaos(fleet, random.fork(), faultsOver.signal, say);
  // Told of at the end; a rejection must not be unheard before.
  const loads = Promise.allSettled([clients.ended, applying]);
  await delay(minutes * 60_000);

  faultsOver.abort();
  const counts = await failing;
  say('the faults are over; the load ends');
  loadOver.abort();
  const [written, applied] = await loads;
  const failures = [written, applied].flatMap((each) =>
    each.status === 'rejected' ? [String(each.reason)] : [],
  );
  const applies = applied.status === 'fulfilled' ? applied.value : undefined;
  say('waiting for rest');
  const unsettled = await untilSettled(fleet.world, REST_MS).then(
    () => [],
    (error: unknown) => [String(error)],
  );
  say('judging');
  const acknowledged = new Map(clients.each.flatMap((client) => [...client.acknowledged]));
  const verdict = await judge(fleet, acknowledged);
  const [size] = await fleet.world.sql(
    'SELECT (SELECT count(*) FROM objects)::int AS objects, (SELECT count(*) FROM audit_event)::int AS events',
  );
  await fleet.stopPrograms();
  return {
    ...verdict,
    seed,
    minutes,
    objects: Number(size?.objects),
    events: Number(size?.events),
    writes: clients.each.reduce((sum, client) => sum + client.writes, 0),
    applies: applies?.applies ?? 0,
    appliesRepeated: applies?.repeated ?? 0,
    counts,
    crashes: fleet.crashes(),
    unsettled,
    failures: [
      ...failures,
      ...(applies?.failures ?? []),
      ...clients.each.flatMap((client) => client.failures),
    ],
  };
}
