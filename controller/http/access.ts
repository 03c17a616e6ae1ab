// GET /v1/orgs/{org}/access: what a subject may do. It takes the verb `get`: whoever may read roles and bindings one by
// one learns nothing more from having them put together.

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Access } from '../../crds/access.ts';
import { subjectName, subjectTypes } from '../../crds/agent-role-binding.ts';
import { LatticeError } from '../../crds/findings.ts';
import { unstorable } from '../../crds/storable.ts';
import { findObject } from '../../store/objects.ts';
import { effectivePermissions } from '../access/permissions.ts';
import { rolesInForce } from '../access/read.ts';
import { forbidden } from '../admission/caller.ts';
import type { ControllerContext } from '../context.ts';
import { notFound } from '../refusal.ts';
import { parseQuery } from './request.ts';

const named = z.object({ type: z.enum(subjectTypes), name: subjectName });

const subject = z.string().transform((text, context) => {
  const [type, ...name] = text.split(':');
  const parsed = named.safeParse({ type, name: name.join(':') });
  if (parsed.success) return parsed.data;
  const message = 'a subject is user:NAME, group:NAME or agent:NAME';
  context.issues.push({ code: 'custom', input: text, message });
  return z.NEVER;
});

const accessQuery = z.strictObject({
  subject,
  group: z.union([subjectName.transform((name) => [name]), z.array(subjectName).max(1000)]).default([]),
});

export function accessRoute(app: FastifyInstance, { db }: ControllerContext): void {
  app.get<{ Params: { org: string } }>('/v1/orgs/:org/access', async (request): Promise<Access> => {
    const { org } = request.params;
    const denied = forbidden(request.caller, 'get', org);
    if (denied !== undefined) throw new LatticeError('Forbidden', denied.message, [denied]);
    const { subject: asked, group: groups } = parseQuery(accessQuery, request.query);
    const key = { kind: 'Org', org, name: org };
    // Text that Postgres cannot hold names no org.
    if (unstorable(org).length > 0 || (await findObject(db, key)) === undefined) throw notFound(key);
    // One snapshot: a role and the binding that gives it belong together.
    const { roles, bindings } = await db.transaction((tx) => rolesInForce(tx, org), { readOnly: true });
    const whole = { ...asked, groups };
    return { org, subject: whole, permissions: [...effectivePermissions(whole, roles, bindings)] };
  });
}
