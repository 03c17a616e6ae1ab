// Regenerates `generated/` from the .proto files beside this one: `node provider/sdk/protocol/generate.ts`.
// Promise: offline, with the pinned plugin only; `--check` writes nothing here and fails when the folder is out of date.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const here = import.meta.dirname;
const bin = join(here, '../../../node_modules/.bin');

function generate(into: string): void {
  execFileSync(join(bin, 'buf'), ['generate', '--output', into], {
    cwd: here,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
  });
}

function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

if (process.argv.includes('--check')) {
  const scratch = mkdtempSync(join(tmpdir(), 'lattice-protocol-'));
  try {
    generate(scratch);
    const fresh = contents(join(scratch, 'generated'));
    if (JSON.stringify(fresh) !== JSON.stringify(contents(join(here, 'generated')))) {
      process.stderr.write(
        'provider/sdk/protocol/generated is out of date: run node provider/sdk/protocol/generate.ts\n',
      );
      process.exitCode = 1;
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
} else {
  generate(here);
}
