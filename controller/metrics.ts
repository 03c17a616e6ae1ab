// Prometheus metrics. Every series of a known label exists from the start at 0, so that a rate over it works.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import { kinds } from '../crds/kinds.ts';
import { type Database, isDatabaseOutage } from '../store/database.ts';
import { workDepth } from '../store/work.ts';

export interface Metrics {
  readonly registry: Registry;
  /** Passes by kind and result: done, again, retry, contested, terminal, idle (found nothing to do), error. */
  readonly passes: Counter<'kind' | 'result'>;
  readonly passSeconds: Histogram<'kind'>;
  /** Differences that a sweep found: drifted objects, and things that nobody declared. */
  readonly drift: Counter<'kind' | 'found'>;
  readonly sweepSeconds: Histogram;
  readonly links: Counter;
  readonly requests: Counter<'method' | 'status'>;
}

export const passResults = ['done', 'again', 'retry', 'contested', 'terminal', 'idle', 'error'] as const;

export function createMetrics(db: Database): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const metrics: Metrics = {
    registry,
    passes: new Counter({
      name: 'lattice_reconcile_passes_total',
      help: 'Reconcile passes.',
      labelNames: ['kind', 'result'],
      registers,
    }),
    passSeconds: new Histogram({
      name: 'lattice_reconcile_pass_seconds',
      help: 'Duration of a reconcile pass.',
      labelNames: ['kind'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    drift: new Counter({
      name: 'lattice_sweep_differences_total',
      help: 'Differences found by sweeps.',
      labelNames: ['kind', 'found'],
      registers,
    }),
    sweepSeconds: new Histogram({
      name: 'lattice_sweep_seconds',
      help: 'Duration of a sweep over everything, by this process.',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    links: new Counter({
      name: 'lattice_audit_links_total',
      help: 'Events linked by this process.',
      registers,
    }),
    requests: new Counter({
      name: 'lattice_http_requests_total',
      help: 'HTTP requests answered.',
      labelNames: ['method', 'status'],
      registers,
    }),
  };
  for (const kind of kinds) {
    for (const result of passResults) metrics.passes.inc({ kind: kind.name, result }, 0);
    for (const found of ['drifted', 'unmanaged']) metrics.drift.inc({ kind: kind.name, found }, 0);
  }
  new Gauge({
    name: 'lattice_work_objects',
    help: 'Objects in the work queue by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      const depth = await unlessOutage(workDepth(db));
      if (depth === undefined) this.reset();
      else for (const [state, count] of Object.entries(depth)) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'lattice_audit_unlinked_age_seconds',
    help: 'Age of the oldest event that has no link yet; 0 when all have.',
    registers,
    async collect() {
      this.set((await unlessOutage(unlinkedAge(db))) ?? Number.NaN);
    },
  });
  return metrics;
}

/** What only Postgres knows is left out while it is away: the other metrics are needed most just then. */
async function unlessOutage<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (!isDatabaseOutage(error)) throw error;
    return undefined;
  }
}

async function unlinkedAge(db: Database): Promise<number> {
  const [oldest] = await db.rows(
    z.object({ age: z.number() }),
    `SELECT coalesce(extract(epoch FROM clock_timestamp() - min(appended_at)), 0)::float8 AS age FROM audit_pending`,
  );
  return oldest?.age ?? 0;
}
