// `npm run soak -- --minutes N [--seed S] [--json]`: real servers and several processes under load and random faults, then a
// verdict over the world. Exits 1 when anything was lost, doubled or unlogged, a chain is broken, or a process ended by itself.

import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isClean, renderReport } from './report.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
const { minutes, seed } = z
  .object({ minutes: z.coerce.number().positive(), seed: z.coerce.number().int().nonnegative() })
  .parse(values);

const report = await soak({
  minutes,
  seed,
  say: (line) => process.stderr.write(`[${(performance.now() / 1000).toFixed(1)}s] ${line}\n`),
});
process.stdout.write(`${renderReport(report)}\n`);
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
process.exitCode = isClean(report) ? 0 : 1;
