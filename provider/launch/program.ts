// The bundled program as a V8 script with its compiled code beside it: compiling it anew costs a third of a start, and
// Terraform starts the provider several times for one command. Promise: code of another V8 is ignored, never run.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { constants, Script } from 'node:vm';

/** None of these begins with the name of the program, since core runs the first file that does. */
export const PROGRAM = 'lattice-program.js';
export const COMPILED = 'lattice-program.cache';
export const START = 'lattice-start.cjs';

export interface Program {
  /** What `main.ts` exports. */
  readonly exports: { readonly started?: Promise<void> };
  /** The code as it is compiled by now. */
  compiled(): Buffer;
}

export function runProgram(folder: string): Program {
  const filename = join(folder, PROGRAM);
  const cachedData = fileIfThere(join(folder, COMPILED));
  // The bundler writes ASCII, which is not worth decoding.
  const script = new Script(readFileSync(filename, 'latin1'), {
    // Not the path: it is kept in the compiled code, which must be the same wherever it was built.
    filename: PROGRAM,
    ...(cachedData && { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module: { exports: Program['exports'] } = { exports: {} };
  const run: unknown = script.runInThisContext();
  if (typeof run !== 'function') throw new TypeError(`${filename} is not the provider's program`);
  run(module.exports, createRequire(filename), module);
  return { exports: module.exports, compiled: () => script.createCachedData() };
}

/** The form in which `runProgram` takes a CommonJS bundle. */
export const programHeader = '(function (exports, require, module) {';
export const programFooter = '})';

function fileIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
