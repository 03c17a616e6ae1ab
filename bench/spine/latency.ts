// One change on a system that is otherwise quiet: from the request until its effect stands in Postgres.

import { type Measured, quantile } from '../report.ts';
import { type Bench, ORG } from './load.ts';

const CHANGES = 200;

export async function oneChange({ api, world, say }: Bench): Promise<Measured[]> {
  say(`${CHANGES} single changes`);
  const path = `/v1/orgs/${ORG}/budgets/budget-0`;
  const samples: number[] = [];
  for (let index = 1; index <= CHANGES; index++) {
    const { metadata } = await api.get(path);
    const limitMicroUsd = 1_000_000 + index;
    const began = performance.now();
    await api.send(
      'PUT',
      path,
      { metadata: {}, spec: { limitMicroUsd } },
      { 'if-match': `"${metadata.resourceVersion}"` },
    );
    for (;;) {
      const [row] = await world.sql('SELECT limit_micro_usd FROM lattice_ai_budgets WHERE uid = $1', [
        metadata.uid,
      ]);
      if (String(row?.limit_micro_usd) === String(limitMicroUsd)) break;
    }
    samples.push(performance.now() - began);
  }
  const [objects] = await world.sql('SELECT count(*)::int AS n FROM objects');
  const work = `one change: API to effect in Postgres at ${objects?.n} objects`;
  return [
    { work: `${work}, p50`, figure: quantile(samples, 0.5), unit: 'ms', reach: { atMost: 20 } },
    { work: `${work}, p99`, figure: quantile(samples, 0.99), unit: 'ms', reach: { atMost: 100 } },
  ];
}
