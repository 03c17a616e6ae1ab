// Looks for drift at a fixed interval. One process at a time sweeps (lease `sweeper`). A part of the sweep that fails, such
// as a namespace that does not answer, keeps no other part from being swept. Without drift a sweep only reads.

import { namespaceOf } from '../../crds/agent-workflow.ts';
import { forgetRequests } from '../../store/cluster-objects.ts';
import { holdLease } from '../../store/leases.ts';
import { forgetTokens } from '../../store/minted-tokens.ts';
import { listObjects } from '../../store/object-lists.ts';
import { forgetSpentKeys } from '../../store/spent-keys.ts';
import { requestSweepWork } from '../../store/work.ts';
import type { ControllerContext } from '../context.ts';
import { sweepTable } from './tables.ts';
import { sweepNamespace } from './workflows.ts';

export interface Sweeper {
  stop(): Promise<void>;
}

const PAGE = 500;

export function startSweeper(context: ControllerContext, intervalMs: number): Sweeper {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const lease = holdLease(context.db, 'sweeper', context.holder, () => {});

  const tick = (): void => {
    running = (lease.fence() === undefined ? Promise.resolve() : sweepOnce(context)).then(() => {
      if (!stopped) timer = setTimeout(tick, intervalMs);
    });
  };
  timer = setTimeout(tick, intervalMs);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
      await lease.stop();
    },
  };
}

export async function sweepOnce(context: ControllerContext): Promise<void> {
  const finished = context.metrics.sweepSeconds.startTimer();
  for (const reconciler of context.reconcilers)
    await attempt(context, `table ${reconciler.table.name}`, () => sweepTable(context, reconciler));
  await attempt(context, 'orgs', () => sweepOrgs(context));
  await attempt(context, 'spent keys', () => forgetSpentKeys(context.db));
  await attempt(context, 'minted tokens', () => forgetTokens(context.db));
  await attempt(context, 'requests to clusters', () => forgetRequests(context.db));
  finished();
}

async function sweepOrgs(context: ControllerContext): Promise<void> {
  let after: { org: string; name: string } | undefined;
  do {
    const orgs = await listObjects(
      context.db,
      { orgs: 'all' },
      { kind: 'Org', limit: PAGE, ...(after && { after }) },
    );
    for (const org of orgs)
      await attempt(context, `namespace ${namespaceOf(org.name)}`, async () => {
        if (org.deletionTimestamp !== null) return;
        if ((await context.temporal.namespaceState(namespaceOf(org.name))) !== 'serving') {
          await requestSweepWork(context.db, [org.uid]);
          return;
        }
        await sweepNamespace(context, org.name);
      });
    const last = orgs.at(-1);
    after = orgs.length === PAGE && last !== undefined ? { org: last.org, name: last.name } : undefined;
  } while (after !== undefined);
}

async function attempt(context: ControllerContext, part: string, sweep: () => Promise<void>): Promise<void> {
  try {
    await sweep();
  } catch (error) {
    context.log.warn(
      { part, error: String(error) },
      'a part of the sweep failed; the next sweep tries again',
    );
  }
}
