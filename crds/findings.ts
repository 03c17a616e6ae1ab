// A finding is one thing that is wrong with one field. Admission collects findings instead of throwing at the first, and
// each surface turns the JSON pointer into its own position: an attribute path, a line, a form field.

import { z } from 'zod';
import { type ErrorCode, errorCodes, errors } from './errors.ts';

/** A code that only a newer controller knows is read as Internal; its message says what happened. */
const errorCode = z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]).catch('Internal');

export const findingSchema = z.object({
  code: errorCode,
  level: z.enum(['error', 'warning']),
  /** JSON pointer into the manifest, e.g. `/spec/limitMicroUsd`; empty for the object as a whole. */
  pointer: z.string(),
  message: z.string(),
  remedy: z.string(),
  /** Of a policy's finding: owning org, policy and rule, e.g. `system:baseline/deny_wildcard`. */
  rule: z.string().optional(),
  /** Of a policy's finding: what a waiver names. The same for other words and another order. */
  fingerprint: z.string().optional(),
});
export type Finding = z.infer<typeof findingSchema>;

export function finding(
  code: ErrorCode,
  pointer: string,
  message: string,
  level: Finding['level'] = 'error',
): Finding {
  return { code, level, pointer, message, remedy: errors[code].remedy };
}

/** The error answer of every route (RFC 9457), and what the CLI prints. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: errorCode,
  detail: z.string(),
  requestId: z.string(),
  findings: z.array(findingSchema),
});
export type Problem = z.infer<typeof problemSchema>;

/** An error that a user is shown: a code, one or two plain sentences, and the findings behind it. */
export class LatticeError extends Error {
  readonly code: ErrorCode;
  readonly findings: readonly Finding[];

  constructor(code: ErrorCode, detail: string, findings: readonly Finding[] = [], options?: ErrorOptions) {
    super(detail, options);
    this.name = 'LatticeError';
    this.code = code;
    this.findings = findings;
  }
}
