// An attribute of a Lattice object: what Terraform needs to know of it, where it stands in the object, and its limits.

import type { Constraints } from '../../crds/terraform.ts';
import type { Type } from '../sdk/cty/type.ts';
import type { Attribute, NestedType, Schema } from '../sdk/schema/schema.ts';

export interface AttributeConstraints extends Constraints {
  /** What is expected, in words; for patterns, which nobody wants to read. */
  readonly expected?: string;
}

export interface ObjectAttribute extends Attribute {
  readonly type: Type | ObjectNestedType;
  /** The controller does not tell null from empty, so either spelling is kept. */
  readonly emptyIsNull?: boolean;
  readonly constraints?: AttributeConstraints;
  /** Where its value stands in the object, in steps from the attribute around it; absent when the object has none. */
  readonly at?: readonly string[];
}

export interface ObjectNestedType extends NestedType {
  readonly attributes: readonly ObjectAttribute[];
}

export interface ObjectSchema extends Schema {
  readonly attributes: readonly ObjectAttribute[];
}
