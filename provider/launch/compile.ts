// Runs a built program through one plan and keeps what V8 compiled on the way: `node --hash-seed=1 --no-flush-bytecode compile.ts
// FOLDER`. Used by the build; the environment must be one in which the program starts. Promise: the same program gives the same
// bytes.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { COMPILED, runProgram } from './program.ts';
import { prepareRehearsal } from './rehearsal.ts';

const folder = process.argv[2] ?? '';
const socketFolder = mkdtempSync(join(tmpdir(), 'lattice-compile-'));
const { environment, play } = await prepareRehearsal(socketFolder);
Object.assign(process.env, environment);
const program = runProgram(folder);
// The program ends the process itself when it is told to shut down, so that its end is compiled too.
process.on('exit', (code) => {
  rmSync(socketFolder, { recursive: true, force: true });
  if (code === 0) keepCompiled();
});
await program.exports.started;
await play();

/**
 * The order of what was compiled follows the seed, which is fixed for that, and what is in use must not be forgotten. V8 takes
 * code only if it was made under the same flags, so this one must read as it does when the program is run: a seed that is drawn.
 */
function keepCompiled(): void {
  setFlagsFromString('--hash-seed=0');
  setFlagsFromString('--flush-bytecode');
  writeFileSync(join(folder, COMPILED), program.compiled());
}
