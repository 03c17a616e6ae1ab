// The shape every object has, whatever its kind: metadata, owner, spec, status. What a client sends and what it gets
// back are parsed by the schemas here; nothing else in the project describes these fields.

import { z } from 'zod';
import { annotations, labels, objectName } from './fields.ts';
import { holdSchema } from './hold.ts';

export const API_GROUP = 'lattice.dev';
export const API_VERSION = `${API_GROUP}/v1alpha1`;

export const managers = ['terraform', 'kubernetes', 'git', 'api'] as const;

/** Who decides an object's spec. `instance` tells two Terraform configurations or clusters apart. */
export const ownerSchema = z.strictObject({
  manager: z.enum(managers),
  instance: z.string().min(1).max(128),
  ref: z.string().max(512).default(''),
});
export type Owner = z.infer<typeof ownerSchema>;

export const conditionTypes = ['Ready', 'Synced', 'Reconciling', 'Stalled'] as const;

/** One fact about an object, in the form `kubectl wait` and kstatus read. */
export const conditionSchema = z.object({
  type: z.enum(conditionTypes),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  /** JSON pointer of the spec field that is to blame, when one is. */
  field: z.string().optional(),
  observedGeneration: z.int(),
  lastTransitionTime: z.string(),
});
export type Condition = z.infer<typeof conditionSchema>;

/** How often something was put right that had been as declared; a fight, when it happens again and again. */
export const repairsSchema = z.object({
  count: z.int(),
  since: z.string(),
  last: z.string(),
  /** What the last one did, without values. */
  what: z.string(),
});
export type Repairs = z.infer<typeof repairsSchema>;

export const statusSchema = z.object({
  observedGeneration: z.int(),
  conditions: z.array(conditionSchema),
  /** Names of what stands for this object elsewhere, e.g. `temporalNamespace`, `workflowId`. */
  externalIds: z.record(z.string(), z.string()),
  repairs: repairsSchema.optional(),
  /** Of an agent: the strictest hold in force. */
  hold: holdSchema.optional(),
});
export type Status = z.infer<typeof statusSchema>;

/** What a client declares: the object without what the store adds. `org` is absent for cluster-scoped kinds. */
export const manifestSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION).default(API_VERSION),
  kind: z.string(),
  metadata: z.strictObject({
    org: objectName.optional(),
    name: objectName,
    labels: labels.default({}),
    annotations: annotations.default({}),
  }),
  spec: z.record(z.string(), z.unknown()).default({}),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** An object as the API returns it. What a newer controller adds is left out by an older reader, not refused. */
export const objectSchema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.string(),
  metadata: z.object({
    org: z.string().optional(),
    name: z.string(),
    uid: z.uuid(),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    /** Counts changes of the spec. */
    generation: z.int(),
    /** Opaque; changes with every write of what is declared (spec, labels, annotations, owner, deletion). */
    resourceVersion: z.string(),
    owner: ownerSchema,
    createdAt: z.string(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.record(z.string(), z.unknown()),
  status: statusSchema,
});
export type ApiObject = z.infer<typeof objectSchema>;

/** One page of a list; `continue` is there when more follow. */
export const objectPageSchema = z.object({ items: z.array(objectSchema), continue: z.string().optional() });

/** Finds a condition by its type. */
export function conditionOf(status: Status, type: Condition['type']): Condition | undefined {
  return status.conditions.find((condition) => condition.type === type);
}
