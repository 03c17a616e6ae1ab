// `npm run bench -- NAME [--json]`: runs one set of measurements. Exits 1 when a figure is not reached.

import { parseArgs } from 'node:util';
import { kubernetes } from './kubernetes/index.ts';
import { policy } from './policy.ts';
import { provider } from './provider/index.ts';
import { type Measured, machine, renderTable, toRow } from './report.ts';
import { spine } from './spine/index.ts';

const benches: Readonly<Record<string, (say: (line: string) => void) => Promise<Measured[]>>> = {
  spine,
  policy,
  provider,
  kubernetes,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const name = positionals[0] ?? '';
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`name a bench: ${Object.keys(benches).join(', ')}\n`);
  process.exit(1);
}
const rows = (await bench((line) => process.stderr.write(`${line}\n`))).map(toRow);
process.stdout.write(`${name} on ${machine()}\n\n${renderTable(rows)}\n`);
if (values.json) process.stdout.write(`${JSON.stringify({ name, machine: machine(), rows })}\n`);
process.exitCode = rows.some((row) => row.ok === false) ? 1 : 0;
