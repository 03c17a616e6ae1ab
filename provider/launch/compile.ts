// Runs a built program once, until it serves, and keeps what V8 compiled on the way: `node compile.ts FOLDER`. Used by the
// build; the environment must be one in which the program starts.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILED, runProgram } from './program.ts';

const folder = process.argv[2] ?? '';
const program = runProgram(folder);
await program.exports.started;
writeFileSync(join(folder, COMPILED), program.compiled());
// As Terraform would end it: closes the socket and its folder.
process.kill(process.pid, 'SIGTERM');
