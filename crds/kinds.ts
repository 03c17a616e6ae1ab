// The registry of kinds. Adding a kind to this list puts it on every surface.

import { agent } from './agent.ts';
import { budget } from './budget.ts';
import type { Kind } from './kind.ts';
import { org } from './org.ts';

/** In the order in which they can be created: what is referred to comes first. */
export const kinds: readonly Kind[] = Object.freeze([org, budget, agent]);

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
