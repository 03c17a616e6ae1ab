// `npm run soak -- [kubernetes] --minutes N [--seed S] [--json]`: real servers and several processes under load and random faults,
// then a verdict over the world; with `kubernetes` the load comes through a cluster. Exits 1 when anything was lost, doubled or
// unlogged, a chain is broken, or a process ended by itself.

import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isClean as isClusterClean, renderReport as renderClusterReport } from './kubernetes/report.ts';
import { soakKubernetes } from './kubernetes/soak.ts';
import { isClean, renderReport } from './report.ts';
import { soak } from './soak.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
const { minutes, seed } = z
  .object({ minutes: z.coerce.number().positive(), seed: z.coerce.number().int().nonnegative() })
  .parse(values);
const [source] = z.tuple([z.enum(['http', 'kubernetes']).default('http')]).parse([positionals[0]]);
const options = {
  minutes,
  seed,
  say: (line: string) => process.stderr.write(`[${(performance.now() / 1000).toFixed(1)}s] ${line}\n`),
};

async function run(): Promise<{ text: string; report: object; clean: boolean }> {
  switch (source) {
    case 'http': {
      const report = await soak(options);
      return { text: renderReport(report), report, clean: isClean(report) };
    }
    case 'kubernetes': {
      const report = await soakKubernetes(options);
      return { text: renderClusterReport(report), report, clean: isClusterClean(report) };
    }
  }
}

const { text, report, clean } = await run();
process.stdout.write(`${text}\n`);
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
process.exitCode = clean ? 0 : 1;
