// Rules beyond schema and references: what cannot change, and what each kind asks of the others.

import { type Finding, finding } from '../../crds/findings.ts';
import { immutablePointers } from '../../crds/immutable.ts';
import type { Kind } from '../../crds/kind.ts';
import { causedByUnknown, type ValidManifest } from '../../crds/validate.ts';
import { budgetFindings } from './budget-tree.ts';
import type { Caller } from './caller.ts';
import { guardrailFindings } from './guardrails.ts';
import { meshNetworkFindings, meshPeerFindings } from './mesh.ts';
import { agentRoleFindings } from './roles.ts';
import { modelProviderFindings } from './secrets.ts';
import type { SeenObject, World } from './world.ts';

/** Defaults stand in the manifest where values are not known yet: a rule that reads one for another field looks at `unknown`. */
type Rule = (
  world: World,
  manifest: ValidManifest,
  caller: Caller,
  unknown: readonly string[],
) => Promise<Finding[]>;

/** Rules beyond schema and references, by kind. */
const rules: Readonly<Record<string, Rule>> = {
  AgentRole: agentRoleFindings,
  Budget: budgetFindings,
  Guardrail: guardrailFindings,
  MeshNetwork: meshNetworkFindings,
  MeshPeer: meshPeerFindings,
  ModelProvider: modelProviderFindings,
};

/** By kind: the kind of the object that its rule claims. */
export const claimedKind: Readonly<Record<string, string>> = { MeshNetwork: 'Org', MeshPeer: 'MeshNetwork' };

/** What the rules of the kind say of an object that could be stored. */
export async function ruleFindings(
  world: World,
  caller: Caller,
  manifest: ValidManifest,
  unknown: readonly string[],
): Promise<Finding[]> {
  const rule = rules[manifest.kind.name];
  const found = (await rule?.(world, manifest, caller, unknown)) ?? [];
  return found.filter(({ pointer }) => !causedByUnknown(pointer, unknown));
}

export function immutableFindings(
  kind: Kind,
  changed: readonly string[],
  before: SeenObject | undefined,
): Finding[] {
  if (before?.stored === undefined) return [];
  return immutablePointers(kind)
    .filter((pointer) => changed.includes(pointer))
    .map((pointer) =>
      finding('ImmutableField', pointer, `${pointer.slice('/spec/'.length)} cannot be changed`),
    );
}
