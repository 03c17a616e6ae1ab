// Reads what a policy says about itself and its rules: `# METADATA` with title, description, custom level and remediation.
// Promise: a rule's own words win over its package's; a level that does not exist is a finding.
// Never: a warn rule that blocks.
import { type Annotations, type Module, ruleName } from './ast.ts';
import { annotationsOf, isRuleName, packageOf } from './module.ts';
import { readsOf } from './reads/index.ts';
import {
  type CompileFinding,
  type Level,
  levelSchema,
  levels,
  type PolicyRule,
  type PolicySource,
} from './types.ts';

export function packageTitle(module: Module): { title: string; description: string } {
  const { package: annotations } = annotationsOf(module, []);
  return { title: annotations?.title ?? '', description: annotations?.description ?? '' };
}

export function describeRules(
  source: PolicySource,
  module: Module,
): { rules: PolicyRule[]; findings: CompileFinding[] } {
  const names = [...new Set(module.rules.map(ruleName).filter(isRuleName))].sort();
  const findings = levelFindings(source.name, module);
  const rules = names.map((name): PolicyRule => {
    const definitions = module.rules.filter((rule) => ruleName(rule) === name);
    const { rule, package: ofPackage } = annotationsOf(module, definitions);
    return {
      id: `${source.name}/${name}`,
      entrypoint: [...packageOf(source.name), name].join('/'),
      level: name.startsWith('warn') ? 'advisory' : levelOf(rule, ofPackage, source.level),
      title: rule?.title || ofPackage?.title || '',
      description: rule?.description || ofPackage?.description || '',
      remediation: remediation(rule) ?? remediation(ofPackage) ?? '',
      ...readsOf(module, name),
    };
  });
  return { rules, findings };
}

function levelOf(
  rule: Annotations | undefined,
  ofPackage: Annotations | undefined,
  fallback: Level | undefined,
): Level {
  const stated = [rule, ofPackage].map(
    (annotations) => levelSchema.safeParse(annotations?.custom.level).data,
  );
  return stated.find((level) => level !== undefined) ?? fallback ?? 'hard-mandatory';
}

function remediation(annotations: Annotations | undefined): string | undefined {
  const stated = annotations?.custom.remediation;
  return typeof stated === 'string' ? stated.trim() : undefined;
}

function levelFindings(policy: string, module: Module): CompileFinding[] {
  const all = [...module.annotations, ...module.rules.flatMap((rule) => rule.annotations ?? [])];
  return all
    .filter(({ custom }) => 'level' in custom && !levelSchema.safeParse(custom.level).success)
    .map(({ custom, location }) => ({
      code: 'PolicyMetadata',
      policy,
      message: `the level ${JSON.stringify(custom.level)} is none of ${levels.join(', ')}`,
      line: location?.row ?? 1,
      column: location?.col ?? 1,
    }));
}
