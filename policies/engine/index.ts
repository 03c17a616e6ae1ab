// The policy engine's door: compile Rego to a policy, evaluate policies against an input.
// Promise: what is named here is all that others may import. Never: an effect of its own beyond the compiler's temporary folder.

export { compile, digestOf, engineVersion } from './compile.ts';
export { type EvaluateOptions, PolicyEngine } from './engine.ts';
export type {
  CompiledPolicy,
  CompileFinding,
  CompileResult,
  Deferral,
  Level,
  ObjectKey,
  PolicyChange,
  PolicyFinding,
  PolicyInput,
  PolicyRule,
  PolicySource,
  Read,
  Verdict,
} from './types.ts';
export { inputSchema, levelSchema, levels } from './types.ts';
