// The audit event, version 1, and one line of an export. An event is stored as the exact bytes that were hashed: the
// canonical JSON (RFC 8785) of this shape.

import { z } from 'zod';
import { ownerSchema } from './api.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const auditActions = [
  'create',
  'update',
  'delete',
  'adopt',
  'deny',
  'reconcile',
  'repair',
  'remove',
  'finalize',
  'tombstone',
  'override',
  'hold',
  'release',
  'mint',
  'renew',
  'revoke',
] as const;

export const auditEventSchema = z.strictObject({
  v: z.literal(1),
  /** Database clock, UTC, microseconds, always 27 characters. */
  time: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  actor: z.strictObject({
    type: z.enum(['token', 'kubernetes', 'controller', 'runtime']),
    id: z.string(),
    /** Of a user of Kubernetes: whether the admission webhook was told the name, or it is only what the object says. */
    verified: z.boolean().optional(),
  }),
  /** Where it came from: `http`, `kubernetes`, `reconcile`, `sweep` or `expiry`. */
  source: z.string(),
  owner: ownerSchema.nullable(),
  kind: z.string(),
  org: z.string(),
  name: z.string(),
  uid: z.string().nullable(),
  generation: z.int().nullable(),
  action: z.enum(auditActions),
  /** `intent`: written before an effect outside Postgres, and linked before it happens. */
  phase: z.enum(['intent', 'outcome']),
  /** Pointers or columns that differ; values are only in the erasable diff. */
  changed: z.array(z.string()),
  /** SHA-256 of salt and canonical diff; null when the event has no diff. */
  diffHash: sha256.nullable(),
  /** What policies said of the change; null when none was asked. */
  policy: z
    .strictObject({
      /** Digests of the compiled policies that were asked. */
      digests: z.array(z.string()),
      findings: z.array(
        z.strictObject({
          rule: z.string(),
          fingerprint: z.string(),
          level: z.enum(['error', 'warning']),
          /** Name of the waiver that let it pass. */
          waiver: z.string().nullable(),
        }),
      ),
    })
    .nullable(),
  outcome: z.enum(['ok', 'denied', 'failed', 'pending']),
  reason: z.string(),
  message: z.string(),
});
export type AuditEvent = z.infer<typeof auditEventSchema>;

/** One link of a chain with its event, as exported: one JSON object a line. */
export const auditLinkSchema = z.strictObject({
  chain: z.string(),
  seq: z.int().min(1),
  prevHash: sha256,
  hash: sha256,
  /** The event's exact bytes; they are UTF-8. */
  event: z.string(),
});
export type AuditLink = z.infer<typeof auditLinkSchema>;

export const SYSTEM_CHAIN = 'system';
