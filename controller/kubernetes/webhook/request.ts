// What the API server asks of the webhook: an AdmissionReview, as far as it matters here.

import { z } from 'zod';
import { type CustomResource, resourceSchema } from '../api/resource.ts';

export const reviewSchema = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    /** Of the question, not of the resource. */
    uid: z.string(),
    kind: z.object({ group: z.string(), kind: z.string() }),
    operation: z.enum(['CREATE', 'UPDATE', 'DELETE']),
    userInfo: z.object({ username: z.string().min(1) }),
    object: z.unknown(),
    oldObject: z.unknown(),
    dryRun: z.boolean().default(false),
  }),
});

export type ReviewRequest = z.infer<typeof reviewSchema>['request'];

/** A resource that is being created has a uid already, and no version yet. */
const reviewedSchema = resourceSchema.extend({
  metadata: resourceSchema.shape.metadata.extend({ resourceVersion: z.string().default('') }),
});

export const reviewedResource = (value: unknown): CustomResource => reviewedSchema.parse(value);
