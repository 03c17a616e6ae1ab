// What a dry run is asked and what it answers. Terraform's plan, `lattice plan` and the pull-request review all send
// this to POST /v1/plan, which runs the admission of real writes and stores nothing.

import { z } from 'zod';
import { findingSchema } from './findings.ts';

export const plannedChangeSchema = z.strictObject({
  /**
   * `apply` creates or updates; `create` finds fault when the object exists; `delete` needs only kind and metadata of the
   * manifest.
   */
  action: z.enum(['create', 'apply', 'delete']),
  manifest: z.record(z.string(), z.unknown()),
  /** JSON pointers into the manifest whose values are not known yet; the manifest leaves them out. */
  unknown: z.array(z.string()).default([]),
});
export type PlannedChange = z.input<typeof plannedChangeSchema>;

export const planRequestSchema = z.strictObject({
  changes: z.array(plannedChangeSchema).max(10_000),
  /** What the same plan has planned before: seen by the changes as if it were stored, and not reported on. */
  overlay: z.array(plannedChangeSchema).max(10_000).default([]),
});

export const changePlanSchema = z.object({
  action: z.enum(['create', 'update', 'delete', 'none']),
  kind: z.string(),
  org: z.string().optional(),
  name: z.string(),
  /** Spec as stored; null when the object does not exist. */
  before: z.record(z.string(), z.unknown()).nullable(),
  /** Spec with its defaults, as it would be stored; null when deleted or not valid. */
  after: z.record(z.string(), z.unknown()).nullable(),
  /** JSON pointers at which the declared object would change. */
  changed: z.array(z.string()),
  /** Of the stored object; send it with the write so that a change in between is noticed. */
  resourceVersion: z.string().optional(),
  findings: z.array(findingSchema),
});
export type ChangePlan = z.infer<typeof changePlanSchema>;

export const planSchema = z.object({
  changes: z.array(changePlanSchema),
});
export type Plan = z.infer<typeof planSchema>;
