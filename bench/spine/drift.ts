// Drift: how long a row stays tampered with, in sweep intervals.

import type { Measured } from '../report.ts';
import { type Bench, ORG } from './load.ts';

const TAMPERINGS = 6;

export async function drift({ world, sweepMs, say }: Bench): Promise<Measured> {
  say(`${TAMPERINGS} tamperings`);
  let longest = 0;
  for (let index = 1; index <= TAMPERINGS; index++) {
    const name = `budget-${index * 2}`;
    const limit = async (): Promise<string> => {
      const [row] = await world.sql(
        'SELECT limit_micro_usd AS n FROM lattice_ai_budgets WHERE org = $1 AND name = $2',
        [ORG, name],
      );
      return String(row?.n);
    };
    const declared = await limit();
    await world.sql('UPDATE lattice_ai_budgets SET limit_micro_usd = 7777777 WHERE org = $1 AND name = $2', [
      ORG,
      name,
    ]);
    const began = performance.now();
    while ((await limit()) !== declared);
    longest = Math.max(longest, performance.now() - began);
  }
  return {
    work: `drift: from tampering to repair, the longest of ${TAMPERINGS}`,
    figure: longest / sweepMs,
    unit: 'sweep intervals',
    reach: { atMost: 2 },
  };
}
