// Parsing of query strings and bodies, with the field named when it is wrong and its value never repeated.

import { z } from 'zod';
import { LatticeError } from '../../crds/findings.ts';
import { unstorable } from '../../crds/storable.ts';
import { issueFindings } from '../../crds/validate.ts';

export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LatticeError('InvalidRequest', `query parameter ${issue?.path.join('.')}: ${issue?.message}`);
}

const jsonObject = z.record(z.string(), z.unknown());

/** A body that is no manifest; refused with the findings that a manifest would be refused with. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  if (!jsonObject.safeParse(body).success)
    throw new LatticeError('InvalidJson', 'the body must be one JSON object');
  const unfit = unstorable(body);
  const parsed = schema.safeParse(body);
  const findings = unfit.length > 0 || parsed.success ? unfit : issueFindings(parsed.error, body, []);
  const [first] = findings;
  if (first !== undefined) throw new LatticeError(first.code, first.message, findings);
  if (!parsed.success) throw new LatticeError('InvalidRequest', 'the body is malformed');
  return parsed.data;
}
