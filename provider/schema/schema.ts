// The schema of a resource, a data source or the provider block, as plain data that everything else here walks.
// Promise: one attribute says its type, its rules and where it stands in the object, so no other code names a field.

import type { Constraints } from '../../crds/terraform.ts';
import { listOf, objectOf, type Type } from '../cty/type.ts';
import type { Value } from '../cty/value.ts';

export interface AttributeConstraints extends Constraints {
  /** What is expected, in words; for patterns, which nobody wants to read. */
  readonly expected?: string;
}

export interface Attribute {
  readonly name: string;
  readonly description: string;
  readonly type: Type | NestedType;
  /** Exactly one of required, optional and computed, or optional and computed. */
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  /** Taken when the configuration leaves the attribute out; the attribute is optional and computed then. */
  readonly default?: Value;
  readonly replaces?: boolean;
  /** The controller does not tell null from empty, so either spelling is kept. */
  readonly emptyIsNull?: boolean;
  readonly constraints?: AttributeConstraints;
  /** Where its value stands in the object, in steps from the attribute around it; absent when the object has none. */
  readonly at?: readonly string[];
}

export interface NestedType {
  readonly nesting: 'single' | 'list';
  readonly attributes: readonly Attribute[];
}

export interface Schema {
  readonly version: number;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

export function isNested(type: Type | NestedType): type is NestedType {
  return typeof type === 'object' && 'nesting' in type;
}

/** The type of the values that the attributes describe. */
export function typeOf(attributes: readonly Attribute[]): Type {
  return objectOf(
    Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeType(attribute)])),
  );
}

function attributeType({ type }: Attribute): Type {
  if (!isNested(type)) return type;
  const object = typeOf(type.attributes);
  return type.nesting === 'list' ? listOf(object) : object;
}

/** Whether a configuration may set it. */
export function isConfigurable(attribute: Attribute): boolean {
  return attribute.required === true || attribute.optional === true;
}
