// Attributes that only Terraform knows, such as deletion_protection: no object holds them, so no read can fill them in.

import type { ObjectSchema } from '../schema/attribute.ts';
import { entryOf, type ValueMap } from '../sdk/cty/value.ts';

/** A state that came without them, from an import or an older version, with their defaults: what nobody changed is no change. */
export function withVirtualDefaults({ attributes }: ObjectSchema, state: ValueMap): ValueMap {
  const missing = attributes.flatMap(({ name, at, default: value }) =>
    at === undefined && value !== undefined && (entryOf(state, name) ?? null) === null ? [[name, value]] : [],
  );
  return { ...state, ...Object.fromEntries(missing) };
}
