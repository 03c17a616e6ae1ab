// The rules of roles: none inherits from itself, and a rule that is about nothing is pointed out.

import { type AgentRoleSpec, agentRoleSpec } from '../../crds/agent-role.ts';
import { type Finding, finding } from '../../crds/findings.ts';
import { kindNamed, kinds } from '../../crds/kinds.ts';
import type { ValidManifest } from '../../crds/validate.ts';
import { selectorFindings } from './selectors.ts';
import type { World } from './world.ts';

export async function agentRoleFindings(world: World, manifest: ValidManifest): Promise<Finding[]> {
  // Each field by itself: in a plan the other may not be known yet.
  const inherits = agentRoleSpec.shape.inherits.safeParse(manifest.spec.inherits).data ?? [];
  const rules = agentRoleSpec.shape.rules.safeParse(manifest.spec.rules).data ?? [];
  return [
    ...(await cycleFindings(world, manifest, inherits)),
    ...(await ruleFindings(world, manifest.org, rules)),
  ];
}

/** One finding for each entry of `inherits` that leads back to the role. */
async function cycleFindings(
  world: World,
  { org, name }: ValidManifest,
  inherits: readonly string[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [index, parent] of inherits.entries()) {
    const path = await pathTo(world, org, parent, name);
    if (path === undefined) continue;
    const shown = [name, ...path].map((role) => `"${role}"`).join(' inherits ');
    findings.push(finding('RoleCycle', `/spec/inherits/${index}`, `role ${shown}`));
  }
  return findings;
}

/** The shortest way over `inherits` from one role to another, both named; undefined when there is none. */
async function pathTo(world: World, org: string, from: string, to: string): Promise<string[] | undefined> {
  const seen = new Set<string>();
  const open: string[][] = [[from]];
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    const name = path.at(-1) ?? '';
    if (name === to) return path;
    if (seen.has(name)) continue;
    seen.add(name);
    const role = await world.find({ kind: 'AgentRole', org, name });
    const inherits = agentRoleSpec.shape.inherits.safeParse(role?.spec.inherits).data ?? [];
    for (const next of inherits) open.push([...path, next]);
  }
  return undefined;
}

async function ruleFindings(world: World, org: string, rules: AgentRoleSpec['rules']): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [index, rule] of rules.entries()) {
    for (const [at, kind] of rule.kinds.entries())
      if (kind !== '*' && kindNamed(kind) === undefined)
        findings.push(
          // A warning: a role may speak of a kind that the next release has.
          finding(
            'UnknownKind',
            `/spec/rules/${index}/kinds/${at}`,
            `"${kind}" is not a kind yet`,
            'warning',
          ),
        );
    findings.push(
      ...(await selectorFindings(world, org, {
        pointer: `/spec/rules/${index}/selector`,
        text: rule.selector,
        kinds: rule.kinds.includes('*') ? kinds.map((kind) => kind.name) : rule.kinds,
      })),
    );
  }
  return findings;
}
