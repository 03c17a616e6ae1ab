// What the handlers of a resource pass among each other. One resource type is its definition and the schema made of it;
// nothing in this folder knows a kind or a field by name.

import type { ResourceDefinition } from '../../crds/terraform.ts';
import type { ValueMap } from '../cty/value.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Schema } from '../schema/schema.ts';

export interface ResourceType {
  readonly definition: ResourceDefinition;
  readonly schema: Schema;
}

/** A state, what is kept beside it, and what a user is told. A null state: there is no object. */
export interface Outcome {
  readonly state: ValueMap | null;
  readonly private: Private;
  readonly diagnostics: readonly Diagnostic[];
}

/** Kept by Terraform with the state of an object and handed back; no secrets, since it is stored readable. */
export interface Private {
  /** Of the object as the state shows it: a write that carries it fails if somebody changed the object since. */
  readonly resourceVersion?: string;
}

export function encodePrivate(kept: Private): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(kept));
}

export function decodePrivate(bytes: Uint8Array): Private {
  if (bytes.length === 0) return {};
  const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const version =
    typeof json === 'object' && json !== null && 'resourceVersion' in json && json.resourceVersion;
  return typeof version === 'string' ? { resourceVersion: version } : {};
}
