// A minute in which nobody asks for anything: what is written all the same, and what it costs.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { namespaceOf } from '../../crds/agent-workflow.ts';
import type { Measured } from '../report.ts';
import { type Bench, ORG, usage } from './load.ts';

const MINUTE_MS = 60_000;
/** Postgres' sessions hand in what they counted within this time. */
const COUNTED_MS = 12_000;

export async function idleMinute(bench: Bench): Promise<Measured[]> {
  const { fleet, world, say } = bench;
  await delay(COUNTED_MS);
  const [objects] = await world.sql('SELECT count(*)::int AS n FROM objects');
  say(`an idle minute with ${objects?.n} objects`);
  const pids = [...fleet.controllers, ...fleet.workers].map(({ pid }) => pid);
  const cpu = async (): Promise<number> => {
    const used = await Promise.all(pids.map(usage));
    return used.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  };
  const look = async () => ({
    writes: await writes(bench),
    events: await historyEvents(bench),
    files: await files(fleet.folder),
  });
  const before = await look();
  const cpuBefore = await cpu();
  await delay(MINUTE_MS);
  const seconds = (await cpu()) - cpuBefore;
  await delay(COUNTED_MS);
  const after = await look();
  const none = { atMost: 0 };
  return [
    {
      work: `idle minute with ${objects?.n} objects: rows written, but for leases`,
      figure: after.writes - before.writes,
      unit: 'rows',
      reach: none,
    },
    {
      work: '... events added to workflow histories',
      figure: after.events - before.events,
      unit: 'events',
      reach: none,
    },
    {
      work: '... files changed, but for those of the servers',
      figure: [...after.files].filter(([path, mark]) => before.files.get(path) !== mark).length,
      unit: 'files',
      reach: none,
    },
    {
      work: '... CPU of controller and worker, of one core',
      figure: (seconds / (MINUTE_MS / 1000)) * 100,
      unit: '%',
      reach: { atMost: 3 },
    },
  ];
}

async function writes({ world }: Bench): Promise<number> {
  const [counted] = await world.sql(
    `SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::int AS n FROM pg_stat_user_tables WHERE relname <> 'leases'`,
  );
  return Number(counted?.n);
}

async function historyEvents({ world }: Bench): Promise<number> {
  const client = world.temporal(namespaceOf(ORG));
  let events = 0;
  for (const id of await world.running(ORG))
    events += (await client.workflow.getHandle(id).describe()).historyLength;
  return events;
}

/** By path: size and time of the last change. */
async function files(folder: string): Promise<Map<string, string>> {
  const marks = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /^(postgres|temporal)/.test(path.slice(folder.length + 1))) continue;
    const { size, mtimeMs } = await stat(path);
    marks.set(path, `${size} ${mtimeMs}`);
  }
  return marks;
}
