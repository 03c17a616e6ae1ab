// What a resource is to Terraform: a schema, and answers to plain values. The servers beside this file do the rest: they
// decode, run the plan engine, check core's rules and encode. Promise: whoever implements this never sees the protocol.

import type { ValueMap } from './cty/value.ts';
import type { Diagnostic } from './diagnostics.ts';
import type { IdentitySchema, Schema } from './schema/schema.ts';

/** Kept by Terraform with the state of an object and handed back; no secrets, since it is stored readable. */
export type Private = Readonly<Record<string, string>>;

/** Why an answer has to wait for a later run. */
export type Deferral = 'resource-config-unknown' | 'provider-config-unknown' | 'absent-prerequisite';

/** A state, what is kept beside it, and what a user is told. A null state: there is no object. */
export interface Outcome {
  readonly state: ValueMap | null;
  readonly private: Private;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Planned {
  /** Undefined: what the engine planned is right. */
  readonly state?: ValueMap;
  readonly private: Private;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ReadRequest {
  readonly state: ValueMap;
  readonly private: Private;
}

export interface PlanRequest {
  /** Null for a creation. */
  readonly prior: ValueMap | null;
  readonly config: ValueMap;
  /** What the engine made of it; something in it changes. */
  readonly planned: ValueMap;
  readonly private: Private;
}

export interface WriteRequest {
  readonly planned: ValueMap;
  /** The only place of write-only values. */
  readonly config: ValueMap;
  readonly private: Private;
}

export interface UpdateRequest extends WriteRequest {
  readonly prior: ValueMap;
}

export interface DeleteRequest {
  readonly prior: ValueMap;
  readonly private: Private;
}

export type ImportRequest = { readonly id: string } | { readonly identity: ValueMap };

/** A state of another resource type, of another provider or of this one under another address. */
export interface MoveRequest {
  /** `host/namespace/type`, or less of it. */
  readonly providerAddress: string;
  readonly typeName: string;
  readonly schemaVersion: number;
  /** JSON, as it was stored. */
  readonly state: Uint8Array;
}

export interface Resource {
  readonly schema: Schema;
  readonly identity?: ResourceIdentity;
  /** Without a backend; unknowns pass. */
  validate(config: ValueMap): readonly Diagnostic[];
  /** A stored state of `version` or an older one, as JSON, in the shape of this version. */
  upgrade(version: number, storedState: Uint8Array): ValueMap;
  read(request: ReadRequest): Promise<Outcome>;
  /** Asked only where something changes. */
  plan(request: PlanRequest): Promise<Planned>;
  /** Diagnostics only: a deletion plans no values. */
  planDelete(request: DeleteRequest): Promise<readonly Diagnostic[]>;
  create(request: WriteRequest): Promise<Outcome>;
  update(request: UpdateRequest): Promise<Outcome>;
  /** A null state when it is gone. */
  delete(request: DeleteRequest): Promise<Outcome>;
  /** A state that a read can fill. */
  import(request: ImportRequest): Outcome;
  /** Undefined where such a state cannot be taken over. */
  move?(request: MoveRequest): ValueMap | undefined;
}

export interface ResourceIdentity {
  readonly schema: IdentitySchema;
  /** Undefined while a part of it is not known. */
  of(state: ValueMap): ValueMap | undefined;
}
