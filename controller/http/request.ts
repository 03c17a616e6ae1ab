// Parsing of query strings, with the field named when it is wrong.

import type { z } from 'zod';
import { LatticeError } from '../../crds/findings.ts';

export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LatticeError('InvalidRequest', `query parameter ${issue?.path.join('.')}: ${issue?.message}`);
}
