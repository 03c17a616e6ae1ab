// What the engine takes and gives, as plain data: a compiled policy can be stored and sent, a finding shown by any surface.
// Promise: the input is the one input of every surface. Never: anything of one surface, such as a line or an attribute.
import { z } from 'zod';

export const levels = ['advisory', 'soft-mandatory', 'hard-mandatory'] as const;
export const levelSchema = z.enum(levels);
export type Level = z.infer<typeof levelSchema>;

export const changeSchema = z.strictObject({
  action: z.enum(['create', 'update', 'delete', 'none']),
  kind: z.string(),
  /** Left out for the kinds that belong to no org. */
  org: z.string().optional(),
  name: z.string(),
  /** The manifest as stored (`metadata` and `spec`); null when the object does not exist. */
  before: z.unknown(),
  /** The manifest as it would be stored, without what is unknown; null when the object is deleted. */
  after: z.unknown(),
  /** JSON pointers into `after` whose values are not known yet. */
  unknown: z.array(z.string()),
});
export type PolicyChange = z.infer<typeof changeSchema>;

export const inputSchema = z.strictObject({
  actor: z.unknown(),
  source: z.string(),
  changes: z.array(changeSchema),
  /** Stored objects that the changes refer to: by kind, then by `org/name` (or `name`), each a manifest. */
  refs: z.record(z.string(), z.record(z.string(), z.unknown())),
  /** Sums over the whole plan, e.g. what the children of each budget take of it. */
  totals: z.record(z.string(), z.unknown()),
});
export type PolicyInput = z.infer<typeof inputSchema>;

export interface PolicySource {
  /** 1 to 63 characters of a-z, 0-9 and "-". */
  readonly name: string;
  readonly rego: string;
  /** The level of the deny rules that state none. */
  readonly level?: Level;
}

/** A place in the input that a rule reads; `*` is any key, and what lies below is read as well. */
export const readSchema = z.strictObject({
  path: z.array(z.string()),
  /** The rule reads it in changes of these kinds only; absent = of every kind. */
  kinds: z.array(z.string()).optional(),
});
export type Read = z.infer<typeof readSchema>;

export const ruleSchema = z.strictObject({
  /** `<policy>/<rule name>` */
  id: z.string(),
  entrypoint: z.string(),
  level: levelSchema,
  title: z.string(),
  description: z.string(),
  remediation: z.string(),
  reads: z.array(readSchema),
  /** `change`: each finding depends on the change that it names alone. `plan`: it may depend on all of them. */
  scope: z.enum(['change', 'plan']),
});
export type PolicyRule = z.infer<typeof ruleSchema>;

export interface CompiledPolicy {
  readonly name: string;
  /** SHA-256 over the sources and the versions of the engine and of opa. */
  readonly digest: string;
  readonly wasm: Uint8Array;
  readonly title: string;
  readonly description: string;
  readonly rules: readonly PolicyRule[];
}

/** Why a module was refused. */
export interface CompileFinding {
  readonly code: CompileCode;
  readonly policy: string;
  readonly message: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

export type CompileCode =
  | 'PolicySyntax'
  | 'PolicyInvalid'
  | 'PolicyBuiltin'
  | 'PolicyPackage'
  | 'PolicyReference'
  | 'PolicyRules'
  | 'PolicyMetadata'
  | 'PolicyTooLarge'
  | 'PolicyTimeout'
  | 'PolicyOutOfMemory';

export type CompileResult =
  | { readonly ok: true; readonly policy: CompiledPolicy }
  | { readonly ok: false; readonly findings: readonly CompileFinding[] };

export interface ObjectKey {
  readonly kind: string;
  readonly org?: string;
  readonly name: string;
}

export interface PolicyFinding {
  /** `PolicyViolation` is what a rule said; all others mean that the policy itself failed. */
  readonly code: 'PolicyViolation' | FailureCode;
  readonly ruleId: string;
  readonly level: Level;
  readonly message: string;
  /** Into the manifest of the object; empty for the object as a whole. */
  readonly pointer: string;
  readonly remediation: string;
  /** Over policy, rule, object and pointer: the same for another wording. */
  readonly fingerprint: string;
  /** Absent where the finding is about the plan as a whole. */
  readonly object?: ObjectKey;
}

export type FailureCode = 'PolicyTimeout' | 'PolicyOutOfMemory' | 'PolicyWrongShape' | 'PolicyFailed';

/** A rule that could not be decided for a change, because it reads what is not known yet. */
export interface Deferral {
  readonly ruleId: string;
  readonly object: ObjectKey;
  /** The unknown pointers of the change that the rule reads. */
  readonly pointers: readonly string[];
}

export interface Verdict {
  readonly findings: readonly PolicyFinding[];
  readonly deferred: readonly Deferral[];
  /** Of the policies, in the order given. */
  readonly digests: readonly string[];
}
