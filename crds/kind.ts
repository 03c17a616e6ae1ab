// A kind is one frozen definition: its names, its spec as a strict zod object, and what people see of it. Every surface
// (CRD, HTTP, Terraform, CLI, docs) is generated or driven from these definitions; none lists a field by hand.

import type { z } from 'zod';

export interface PrinterColumn {
  readonly name: string;
  /** JSON pointer into the object, e.g. `/spec/model/name`. */
  readonly pointer: string;
  /** Shown only to who asks for more, e.g. `kubectl get -o wide`. */
  readonly wide?: boolean;
}

export interface Kind<Spec extends z.ZodObject = z.ZodObject> {
  /** As written in `kind:`, e.g. `Agent`. */
  readonly name: string;
  readonly singular: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  /** `org`: lives in an org. `cluster`: its name is unique in the installation. */
  readonly scope: 'org' | 'cluster';
  readonly description: string;
  /** Stored with every spec; a change that old specs do not satisfy raises it and adds an upgrade. */
  readonly definitionVersion: number;
  readonly spec: Spec;
  readonly columns: readonly PrinterColumn[];
  /** Losing it hurts, so that Terraform offers to protect it against deletion. */
  readonly protectable?: boolean;
}

export function defineKind<Spec extends z.ZodObject>(kind: Kind<Spec>): Kind<Spec> {
  return Object.freeze(kind);
}
