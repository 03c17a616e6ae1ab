// From a change of a custom resource to the governance row that a runtime would read, one change at a time.

import { z } from 'zod';
import { collectionPath } from '../../controller/kubernetes/api/resource.ts';
import { budget } from '../../crds/budget.ts';
import { NAMESPACE, type Stand } from '../../test/e2e/kubernetes/stand.ts';
import { quantile } from '../report.ts';
import type { BenchClient } from './client.ts';

const CHANGES = 60;

/** Milliseconds. */
export async function enforced(
  { fleet }: Stand,
  { api }: BenchClient,
): Promise<{ readonly median: number; readonly p95: number }> {
  const times: number[] = [];
  for (let index = 0; index < CHANGES; index++) {
    const name = `budget-${index * 2}`;
    const limit = 1_000_000 + index;
    const began = performance.now();
    await api.call(z.unknown(), {
      method: 'PATCH',
      path: `${collectionPath(budget, NAMESPACE)}/${name}`,
      contentType: 'application/merge-patch+json',
      body: { spec: { limitMicroUsd: limit } },
    });
    const isThere = async () =>
      (
        await fleet.world.sql('SELECT FROM lattice_ai_budgets WHERE name = $1 AND limit_micro_usd = $2', [
          name,
          limit,
        ])
      ).length > 0;
    while (!(await isThere()));
    times.push(performance.now() - began);
  }
  return { median: quantile(times, 0.5), p95: quantile(times, 0.95) };
}
