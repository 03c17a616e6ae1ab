// What the launcher in the mirror runs: the program beside this file.

import { dirname } from 'node:path';
import { runProgram } from './program.ts';

runProgram(dirname(process.argv[1] ?? ''));
