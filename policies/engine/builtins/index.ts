// Every builtin that the engine provides beside those that wasm has natively, by its Rego name.
// Promise: the semantics of the pinned `opa eval`, held by the differential corpus; pure functions of their operands.
// Never: an effect, randomness, or the clock: the only time is the one that the caller gave the evaluation.
import type { Builtin } from './operands.ts';
import { stringBuiltins } from './strings.ts';

export const builtins: Readonly<Record<string, Builtin>> = Object.freeze({
  ...stringBuiltins,
});

/** Declared in Rego but compiled away, so that a policy may use them although nothing runs. */
export const erased: readonly string[] = Object.freeze(['print', 'internal.print']);
