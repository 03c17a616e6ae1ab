// POST /v1/plan: the dry run.

import type { FastifyInstance } from 'fastify';
import { LatticeError } from '../../crds/findings.ts';
import { planRequestSchema } from '../../crds/plan.ts';
import { plan } from '../admission/plan.ts';
import type { ControllerContext } from '../context.ts';

/** A plan carries everything that was planned before, so its body may be large. */
const MOST_BODY_BYTES = 64 * 1024 * 1024;

export function planRoute(app: FastifyInstance, { db, policies }: ControllerContext): void {
  app.post('/v1/plan', { bodyLimit: MOST_BODY_BYTES }, async (request) => {
    const parsed = planRequestSchema.safeParse(request.body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new LatticeError(
        'InvalidRequest',
        `the plan request is malformed at ${issue?.path.join('.')}: ${issue?.message}`,
      );
    }
    return await plan(db, policies, request.caller, parsed.data.changes, parsed.data.overlay);
  });
}
