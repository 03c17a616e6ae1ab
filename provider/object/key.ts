// How an object is named: kind, org and name, and the Terraform id made of them. Promise: parseId(idOf(x)) names x.

import type { ResourceDefinition } from '../../crds/terraform.ts';
import { entryOf, type ValueMap } from '../sdk/cty/value.ts';

export interface ObjectKey {
  readonly definition: ResourceDefinition;
  /** Undefined for a kind that lives in no org. */
  readonly org: string | undefined;
  readonly name: string;
}

interface Named {
  readonly org?: string | undefined;
  readonly name: string;
}

export function idOf({ scope }: ResourceDefinition, { org, name }: Named): string {
  return scope === 'org' ? `${org}/${name}` : name;
}

/** The key that an import id names; undefined where it has another form. */
export function parseId(definition: ResourceDefinition, id: string): ObjectKey | undefined {
  const parts = id.split('/');
  const isName = new RegExp(definition.namePattern);
  if (parts.length !== (definition.scope === 'org' ? 2 : 1) || !parts.every((part) => isName.test(part)))
    return undefined;
  const [org, name = ''] = definition.scope === 'org' ? parts : [undefined, ...parts];
  return { definition, org, name };
}

/** The key of an object in a configuration or state; undefined while org or name is not known. */
export function keyOf(definition: ResourceDefinition, state: ValueMap): ObjectKey | undefined {
  const name = entryOf(state, 'name');
  const org = definition.scope === 'org' ? entryOf(state, 'org') : undefined;
  if (typeof name !== 'string' || (definition.scope === 'org' && typeof org !== 'string')) return undefined;
  return { definition, org: typeof org === 'string' ? org : undefined, name };
}

/** How a person names it in a sentence: `agent acme/triage`. */
export function shownAs(key: ObjectKey): string {
  return `${key.definition.kind.toLowerCase()} ${idOf(key.definition, key)}`;
}

export function keyText(key: ObjectKey): string {
  return `${key.definition.kind}/${idOf(key.definition, key)}`;
}
