// What a policy's module may declare and refer to, and what it says about itself.
// Promise: every refusal is a finding with line and column. Never: a look into another policy's package.
import {
  type Annotations,
  type Location,
  literal,
  type Module,
  parts,
  type Rule,
  ruleName,
  type Term,
  variable,
} from './ast.ts';
import type { CompileCode, CompileFinding } from './types.ts';

export const packageRoot = ['lattice', 'policy'] as const;

/** `no-wildcard-tools` is the package `lattice.policy.no_wildcard_tools`. */
export function packageOf(policy: string): string[] {
  return [...packageRoot, policy.replaceAll('-', '_')];
}

/** `deny`, `deny_...`, `warn` and `warn_...` are rules; all else is the module's own business. */
export function isRuleName(name: string): boolean {
  return /^(deny|warn)(_|$)/.test(name);
}

export function checkModule(policy: string, module: Module): CompileFinding[] {
  const say = (code: CompileCode, message: string, at: Location | undefined): CompileFinding => ({
    code,
    policy,
    message,
    line: at?.row ?? 1,
    column: at?.col ?? 1,
  });
  const own = packageOf(policy);
  const findings: CompileFinding[] = [];

  const named = module.package.path.slice(1).map((part) => literal(part) ?? '?');
  if (named.join('.') !== own.join('.'))
    findings.push(
      say(
        'PolicyPackage',
        `the module is package ${named.join('.')}, but policy '${policy}' must be package ${own.join('.')}`,
        module.package.location,
      ),
    );
  for (const { path, location } of module.imports) {
    const [head, ...rest] = parts(path) ?? [];
    if (variable(head) === 'data' && !isWithin(rest, own))
      findings.push(say('PolicyReference', outside(rest, own), location));
  }
  for (const reference of dataReferences(module.rules))
    if (!isWithin(reference.steps, own))
      findings.push(say('PolicyReference', outside(reference.steps, own), reference.location));
  const rules = module.rules.filter((rule) => isRuleName(ruleName(rule)));
  for (const rule of rules) {
    const isSet =
      rule.head.key && !rule.head.value && !rule.head.args && rule.head.ref.length === 1 && !rule.default;
    if (!isSet)
      findings.push(
        say(
          'PolicyRules',
          `${ruleName(rule)} must be a set: '${ruleName(rule)} contains finding if { ... }'`,
          rule.location,
        ),
      );
  }
  if (rules.length === 0)
    findings.push(
      say(
        'PolicyRules',
        "the module has no rule: it must define 'deny', 'warn', 'deny_...' or 'warn_...'",
        undefined,
      ),
    );
  return findings;
}

/** Package annotations, and those of a rule's definitions in order. */
export function annotationsOf(
  module: Module,
  rules: readonly Rule[],
): { package?: Annotations; rule?: Annotations } {
  const ofPackage = module.annotations.find(({ scope }) => scope === 'package');
  const ofRule = rules.flatMap((rule) => rule.annotations ?? []).at(0);
  return { ...(ofPackage && { package: ofPackage }), ...(ofRule && { rule: ofRule }) };
}

interface DataReference {
  readonly steps: readonly Term[];
  readonly location: Location | undefined;
}

/** Every use of `data` in the rules, wherever it stands. */
function dataReferences(node: unknown): DataReference[] {
  if (Array.isArray(node)) return node.flatMap(dataReferences);
  if (typeof node !== 'object' || node === null) return [];
  const found: DataReference[] = [];
  if ('type' in node && node.type === 'ref' && 'value' in node) {
    const term: Term = { type: 'ref', value: node.value };
    const [head, ...rest] = parts(term) ?? [];
    if (variable(head) === 'data') found.push({ steps: rest, location: head?.location });
    return [...found, ...rest.flatMap(dataReferences)];
  }
  if ('type' in node && node.type === 'var' && 'value' in node && node.value === 'data')
    found.push({ steps: [], location: undefined });
  return [
    ...found,
    ...Object.entries(node).flatMap(([key, value]) => (key === 'location' ? [] : dataReferences(value))),
  ];
}

function isWithin(steps: readonly Term[], own: readonly string[]): boolean {
  return own.every((part, index) => literal(steps[index]) === part);
}

function outside(steps: readonly Term[], own: readonly string[]): string {
  const path = ['data', ...steps.map((step) => literal(step) ?? '[...]')].join('.');
  return `${path} is outside of the policy's own package data.${own.join('.')}`;
}
