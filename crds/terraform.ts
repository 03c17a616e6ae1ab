// The Terraform view of a kind, as plain data. It is generated from the definitions into `generated/terraform.ts`, so
// that the provider starts without loading zod and still has no field list of its own.

export type PrimitiveType = 'string' | 'number' | 'bool';
export type AttributeType = PrimitiveType | readonly ['list' | 'map', PrimitiveType];

export type TextForm = 'time' | 'lines';

/** What can be checked without a controller, so that `terraform validate` can. Limits are inclusive. */
export interface Constraints {
  readonly oneOf?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly integer?: boolean;
}

export interface Attribute {
  /** Terraform's name, e.g. `limit_micro_usd`. */
  readonly name: string;
  /** Name of the field in the spec, e.g. `limitMicroUsd`. */
  readonly field: string;
  readonly description: string;
  readonly type: AttributeType | Nested;
  readonly required: boolean;
  /** The value that admission stores when the field is left out (JSON); absent when there is none. */
  readonly default?: unknown;
  readonly sensitive?: boolean;
  /** Changing it replaces the resource. */
  readonly immutable?: boolean;
  /** What it is when left out is decided elsewhere, and stays. */
  readonly filledIn?: boolean;
  readonly form?: TextForm;
  /** Constraints of the value, or of each element of a list. */
  readonly constraints?: Constraints;
}

export interface Nested {
  readonly nesting: 'single' | 'list';
  readonly attributes: readonly Attribute[];
}

/** Something that is done rather than declared: what it takes, and what it answers. */
export interface OperationDefinition {
  readonly description: string;
  readonly request: readonly Attribute[];
  readonly answer: readonly Attribute[];
}

export interface ResourceDefinition {
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'org' | 'cluster';
  readonly version: number;
  readonly description: string;
  readonly namePattern: string;
  readonly protectable?: boolean;
  /** The fields of the spec; metadata attributes are the same for every kind and added by the provider. */
  readonly spec: readonly Attribute[];
}
