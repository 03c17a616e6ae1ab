// The registry of kinds. Adding a kind to this list puts it on every surface.

import { agent } from './agent.ts';
import { agentRole } from './agent-role.ts';
import { agentRoleBinding } from './agent-role-binding.ts';
import { budget } from './budget.ts';
import { guardrail } from './guardrail.ts';
import type { Kind } from './kind.ts';
import { meshNetwork } from './mesh-network.ts';
import { meshPeer } from './mesh-peer.ts';
import { modelProvider } from './model-provider.ts';
import { org } from './org.ts';
import { policy } from './policy.ts';
import { waiver } from './waiver.ts';

/** In the order in which they can be created: what is referred to comes first. */
export const kinds: readonly Kind[] = Object.freeze([
  org,
  policy,
  waiver,
  budget,
  guardrail,
  modelProvider,
  meshNetwork,
  meshPeer,
  agentRole,
  agentRoleBinding,
  agent,
]);

const byName = new Map(kinds.map((kind) => [kind.name, kind]));

export function kindNamed(name: string): Kind | undefined {
  return byName.get(name);
}

/** Finds a kind by what a person may type: `Agent`, `agent`, `agents` or a short name. */
export function kindByAlias(alias: string): Kind | undefined {
  const wanted = alias.toLowerCase();
  return kinds.find((kind) =>
    [kind.name.toLowerCase(), kind.singular, kind.plural, ...kind.shortNames].includes(wanted),
  );
}

/** How a person names an object in a sentence or a command: `agent acme/triage`, `org acme`. */
export function displayName(kind: Kind, org: string, name: string): string {
  return kind.scope === 'cluster' ? `${kind.singular} ${name}` : `${kind.singular} ${org}/${name}`;
}

/** Name of the Terraform resource and data source of a kind, e.g. `lattice_agent_role`. */
export function terraformType(kind: Kind): string {
  return `lattice${kind.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}
