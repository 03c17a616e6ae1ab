// Turns what a rule returned into findings.
// Promise: the one shape is checked; another shape is a finding that says what was expected, never a crash.
// Never: a finding whose fingerprint depends on its words or on its place in the set.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type {
  CompiledPolicy,
  FailureCode,
  Level,
  ObjectKey,
  PolicyChange,
  PolicyFinding,
  PolicyRule,
} from './types.ts';
import { levels } from './types.ts';

const objectSchema = z.object({ kind: z.string(), org: z.string().nullish(), name: z.string() });
const elementSchema = z.union([
  z.string().min(1),
  z.strictObject({
    message: z.string().min(1),
    /** The change itself, or its kind, org and name. */
    object: objectSchema.optional(),
    pointer: z
      .string()
      .regex(/^(\/.*)?$/s)
      .optional(),
    remediation: z.string().optional(),
  }),
]);

const expected =
  'a set of {"message": string, "object": change, "pointer": JSON pointer, "remediation": string} (all but message optional) or of strings';

export function objectKey({ kind, org, name }: PolicyChange | z.infer<typeof objectSchema>): ObjectKey {
  return typeof org === 'string' ? { kind, org, name } : { kind, name };
}

export function keyText({ kind, org, name }: ObjectKey): string {
  return JSON.stringify([kind, org ?? null, name]);
}

/** `text` is the JSON of the rule's set. */
export function findingsOf(
  rule: PolicyRule,
  text: string,
  changes: readonly PolicyChange[],
): PolicyFinding[] {
  const returned: unknown = JSON.parse(text);
  const elements = z.array(z.unknown()).safeParse(returned).data;
  if (!elements) return [wrongShape(rule, returned)];
  const only = changes.length === 1 ? changes[0] : undefined;
  return elements.map((element) => {
    const parsed = elementSchema.safeParse(element).data;
    if (parsed === undefined) return wrongShape(rule, element);
    const said = typeof parsed === 'string' ? { message: parsed } : parsed;
    const about = said.object ?? only;
    const object = about && objectKey(about);
    const pointer = said.pointer ?? '';
    return {
      code: 'PolicyViolation',
      ruleId: rule.id,
      level: rule.level,
      message: said.message,
      pointer,
      remediation: said.remediation ?? rule.remediation,
      fingerprint: fingerprint(rule.id, pointer, object),
      ...(object && { object }),
    };
  });
}

function wrongShape(rule: PolicyRule, returned: unknown): PolicyFinding {
  const shown = JSON.stringify(returned);
  return failed(
    'PolicyWrongShape',
    rule.id,
    rule.level,
    `rule '${rule.id}' returned ${shorten(shown)}, expected ${expected}`,
  );
}

/** The finding for a policy that could not be evaluated: it weighs as much as its weightiest rule. */
export function failureOf(policy: CompiledPolicy, code: FailureCode, message: string): PolicyFinding {
  const level = [...levels]
    .reverse()
    .find((candidate) => policy.rules.some((rule) => rule.level === candidate));
  return failed(
    code,
    policy.name,
    level ?? 'hard-mandatory',
    `policy '${policy.name}' could not be evaluated: ${message}`,
  );
}

function failed(code: FailureCode, ruleId: string, level: Level, message: string): PolicyFinding {
  return {
    code,
    ruleId,
    level,
    message,
    pointer: '',
    remediation: 'Mend the policy.',
    fingerprint: fingerprint(ruleId, code),
  };
}

function fingerprint(ruleId: string, pointer: string, object?: ObjectKey): string {
  const parts = [ruleId, object ? keyText(object) : null, pointer];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
