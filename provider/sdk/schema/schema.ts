// The schema of a resource, a data source, an action or the provider block, as plain data that everything else here walks.
// Promise: one attribute says its type and every rule that the plan engine and the protocol need. Never: a backend's word.

import { listOf, mapOf, objectOf, setOf, type Type } from '../cty/type.ts';
import type { Value } from '../cty/value.ts';
import type { Equivalence } from './equivalence.ts';

export interface Attribute {
  readonly name: string;
  /** Markdown. */
  readonly description: string;
  readonly type: Type | NestedType;
  /** Exactly one of required, optional and computed, or optional and computed. */
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  /** Read from the configuration only: it is null in every plan and state. */
  readonly writeOnly?: boolean;
  /** Why not to use it any more. */
  readonly deprecated?: string;
  /** Taken when the configuration leaves the attribute out; the attribute is optional and computed then. */
  readonly default?: Value;
  /** Computed, and a change of other attributes leaves it as it is: the prior value is planned instead of an unknown. */
  readonly stable?: boolean;
  /** Computed, and it may come out as null. */
  readonly nullable?: boolean;
  /** A change of it means delete and create again. */
  readonly replaces?: boolean;
  /** Whether two different values mean the same: then the prior one stays, and there is nothing to do. */
  readonly equivalent?: Equivalence;
}

export interface NestedType {
  readonly nesting: 'single' | 'list' | 'set' | 'map';
  readonly attributes: readonly Attribute[];
}

export interface Schema {
  readonly version: number;
  /** Markdown. */
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** What tells one object of a type from all others: what an import by identity takes, e.g. `{ org, name }`. */
export interface IdentitySchema {
  readonly version: number;
  readonly attributes: readonly IdentityAttribute[];
}

export interface IdentityAttribute {
  readonly name: string;
  readonly description: string;
  readonly type: Type;
  /** Whether an import has to name it. */
  readonly required: boolean;
}

export function isNested<Nested extends NestedType>(type: Type | Nested): type is Nested {
  return typeof type === 'object' && 'nesting' in type;
}

/** The type of the values that the attributes describe. */
export function typeOf(attributes: readonly Pick<Attribute, 'name' | 'type'>[]): Type {
  return objectOf(
    Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeType(attribute)])),
  );
}

const collectionOf = { single: (type: Type) => type, list: listOf, set: setOf, map: mapOf };

function attributeType({ type }: Pick<Attribute, 'type'>): Type {
  return isNested(type) ? collectionOf[type.nesting](typeOf(type.attributes)) : type;
}

/** Whether a configuration may set it. */
export function isConfigurable(attribute: Attribute): boolean {
  return attribute.required === true || attribute.optional === true;
}
