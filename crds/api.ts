// The shape every object has, whatever its kind: metadata, owner, spec, status. What a client sends and what it gets
// back are parsed by the schemas here; nothing else in the project describes these fields.

import { z } from 'zod';
import { annotations, labels, objectName } from './fields.ts';
import { holdSchema, told } from './hold.ts';

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
  type: z.enum(conditionTypes).describe('What the fact is about.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it is so.'),
  reason: z.string().describe('Why, in one word.'),
  message: z.string().describe('Why, in a sentence.'),
  field: z.string().optional().describe('JSON pointer of the spec field that is to blame, when one is.'),
  observedGeneration: z.int().describe('The generation that the fact is about.'),
  lastTransitionTime: told.describe('Since when.'),
});
export type Condition = z.infer<typeof conditionSchema>;

/** How often something was put right that had been as declared; a fight, when it happens again and again. */
export const repairsSchema = z.object({
  count: z.int().describe('How many repairs.'),
  since: told.describe('When the first of them was.'),
  last: told.describe('When the last one was.'),
  what: z.string().describe('What the last one did, without values.'),
});
export type Repairs = z.infer<typeof repairsSchema>;

export const statusSchema = z.object({
  observedGeneration: z.int().describe('The generation that was worked on last.'),
  conditions: z.array(conditionSchema).meta({ description: 'Facts, one a type.', listMapKey: 'type' }),
  externalIds: z
    .record(z.string(), z.string())
    .describe('Names of what stands for this object elsewhere, e.g. `temporalNamespace`, `workflowId`.'),
  repairs: repairsSchema.optional().describe('What was put right that had been as declared.'),
  hold: holdSchema.optional().describe('Of an agent: the strictest hold in force.'),
});
export type Status = z.infer<typeof statusSchema>;

/**
 * The same as Kubernetes stores it. Nothing is required: of an object that nobody has looked at there is nothing to say, but
 * for a default of the CRD by which kstatus reads it as in progress.
 */
export const kubernetesStatusSchema = statusSchema.partial().extend({
  uid: z.string().optional().describe('The uid that the object has in Lattice.'),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe('The value of the last annotation that asked for a reconciliation and was followed.'),
});
export type KubernetesStatus = z.infer<typeof kubernetesStatusSchema>;

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
