// Every builtin that the engine provides beside those that wasm has natively, by its Rego name.
// Promise: the semantics of the pinned `opa eval`, held by the differential corpus; pure functions of their operands.
// Never: an effect, randomness, or the clock: the only time is the one that the caller gave the evaluation.
import { cryptoBuiltins } from './crypto.ts';
import { encodingBuiltins } from './encoding.ts';
import { jsonPatch } from './json-patch.ts';
import { netBuiltins } from './net.ts';
import { numberBuiltins } from './numbers.ts';
import type { Builtin } from './operands.ts';
import { regexBuiltins } from './regex.ts';
import { semverBuiltins } from './semver.ts';
import { shadowBuiltins } from './shadows.ts';
import { stringBuiltins } from './strings.ts';
import { structureBuiltins } from './structure.ts';
import { timeBuiltins } from './time.ts';
import { unitBuiltins } from './units.ts';
import { uuidBuiltins } from './uuid.ts';

export const builtins: Readonly<Record<string, Builtin>> = Object.freeze({
  ...cryptoBuiltins,
  ...encodingBuiltins,
  ...netBuiltins,
  ...numberBuiltins,
  ...regexBuiltins,
  ...semverBuiltins,
  ...shadowBuiltins,
  ...stringBuiltins,
  ...structureBuiltins,
  ...timeBuiltins,
  ...unitBuiltins,
  ...uuidBuiltins,
  'json.patch': jsonPatch,
});

/** Declared in Rego but compiled away, so that a policy may use them although nothing runs. */
export const erased: readonly string[] = Object.freeze(['print', 'internal.print']);
