#!/usr/bin/env node
// Starts the command under the pinned Node, whatever Node the machine has: the sources are TypeScript, run as they are.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from './node-flags.js';

const main = join(dirname(fileURLToPath(import.meta.url)), 'main.ts');

function pinnedNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`);
    return join(dirname(manifest), 'bin/node');
  } catch {
    process.stderr.write('lattice needs Node 24 or newer: run npm ci, which brings one, or install it\n');
    process.exit(1);
  }
}

const child = spawn(pinnedNode(), [...nodeFlags, main, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// The terminal sends Ctrl-C to both; the child decides when to end.
process.on('SIGINT', () => {});
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 128;
});
