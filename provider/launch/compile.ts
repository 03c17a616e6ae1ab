// Runs a built program once, until it serves, and keeps what V8 compiled on the way: `node --hash-seed=1 compile.ts FOLDER`. Used by
// the build; the environment must be one in which the program starts. Promise: the same program gives the same bytes.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { COMPILED, runProgram } from './program.ts';

const folder = process.argv[2] ?? '';
const program = runProgram(folder);
await program.exports.started;
// The order of what was compiled follows the seed, which is fixed for that. V8 takes code only if it was made under the same
// flags, so this one must read as it does when the program is run: a seed that is drawn.
setFlagsFromString('--hash-seed=0');
writeFileSync(join(folder, COMPILED), program.compiled());
// As Terraform would end it: closes the socket and its folder.
process.kill(process.pid, 'SIGTERM');
