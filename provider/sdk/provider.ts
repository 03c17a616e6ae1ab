// What a provider is: its configuration and the things it serves, each over plain values. Promise: it can be asked without a
// process around it. Never: protobuf, gRPC or the name of anybody's product in here.

import type { ValueMap } from './cty/value.ts';
import type { Diagnostic } from './diagnostics.ts';
import type { ProviderFunction } from './function.ts';
import type { Private, Resource } from './resource.ts';
import type { Schema } from './schema/schema.ts';

export interface Provider {
  readonly schema: Schema;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly dataSources: ReadonlyMap<string, DataSource>;
  readonly functions: ReadonlyMap<string, ProviderFunction>;
  readonly ephemeralResources: ReadonlyMap<string, EphemeralResource>;
  /** By the name of the resource that is listed. */
  readonly listResources: ReadonlyMap<string, ListResource>;
  readonly actions: ReadonlyMap<string, Action>;
  validate(config: ValueMap): readonly Diagnostic[];
  /** May be asked again: in debug mode one process serves several runs. */
  configure(config: ValueMap): Configured;
  /** Ends every wait. What was begun is answered with what is known. */
  stop(): void;
}

export interface Configured {
  readonly diagnostics: readonly Diagnostic[];
  /** It depends on something that exists only after apply. */
  readonly unknown: boolean;
}

export interface DataSource {
  readonly schema: Schema;
  validate(config: ValueMap): readonly Diagnostic[];
  /** A null state goes with an error. */
  read(config: ValueMap): Promise<{
    readonly state: ValueMap | null;
    readonly diagnostics: readonly Diagnostic[];
  }>;
}

/** Something that is there for one run, and in no plan or state. */
export interface EphemeralResource {
  readonly schema: Schema;
  validate(config: ValueMap): readonly Diagnostic[];
  open(config: ValueMap): Promise<Opened>;
  renew?(kept: Private): Promise<Renewed>;
  close?(kept: Private): Promise<readonly Diagnostic[]>;
}

export interface Renewed {
  /** When it has to be renewed, in ms since 1970; undefined for never. */
  readonly renewAt?: number;
  /** Kept in memory by Terraform for renew and close. */
  readonly private: Private;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Opened extends Renewed {
  /** Null goes with an error. */
  readonly result: ValueMap | null;
}

export interface ListResource {
  /** Of the `config` block of a list. */
  readonly schema: Schema;
  validate(config: ValueMap): readonly Diagnostic[];
  /** At most `limit`, which is at least 1. */
  list(config: ValueMap, limit: number): AsyncIterable<Listed>;
}

export type Listed =
  | { readonly displayName: string; readonly state: ValueMap }
  | { readonly diagnostics: readonly Diagnostic[] };

/** Something that is done, not kept. */
export interface Action {
  readonly schema: Schema;
  validate(config: ValueMap): readonly Diagnostic[];
  /** What would be refused; unknowns pass. */
  plan(config: ValueMap): Promise<readonly Diagnostic[]>;
  /** `tell` shows a line to the user at once. */
  invoke(config: ValueMap, tell: (message: string) => void): Promise<readonly Diagnostic[]>;
}
