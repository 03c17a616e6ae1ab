// The holds of an agent: placed by PUT, lifted by DELETE, both with the mode as the verb; read by whoever may read the agent.

import type { FastifyInstance } from 'fastify';
import { LatticeError } from '../../crds/findings.ts';
import { type HoldMode, holdModeSchema, holdModes, holdRequestSchema } from '../../crds/hold.ts';
import { forbidden } from '../admission/caller.ts';
import type { ControllerContext } from '../context.ts';
import { liftHold, listHolds, placeHold } from '../holds/write.ts';
import { parseBody } from './request.ts';

interface Agent {
  readonly org: string;
  readonly name: string;
}
interface OneHold extends Agent {
  readonly mode: string;
}

export function holdRoutes(app: FastifyInstance, { db }: ControllerContext): void {
  const holds = '/v1/orgs/:org/agents/:name/holds';

  app.get<{ Params: Agent }>(holds, async (request) => {
    const { org, name } = request.params;
    const denied = forbidden(request.caller, 'get', org);
    if (denied !== undefined) throw new LatticeError('Forbidden', denied.message, [denied]);
    return { items: await listHolds(db, org, name) };
  });

  app.put<{ Params: OneHold }>(`${holds}/:mode`, async (request) => {
    const { org, name, mode } = request.params;
    return await placeHold(
      db,
      request.caller,
      org,
      name,
      modeOf(mode),
      parseBody(holdRequestSchema, request.body),
    );
  });

  app.delete<{ Params: OneHold }>(`${holds}/:mode`, async (request) => {
    const { org, name, mode } = request.params;
    return await liftHold(db, request.caller, org, name, modeOf(mode));
  });
}

function modeOf(text: string): HoldMode {
  const parsed = holdModeSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new LatticeError(
    'InvalidRequest',
    `the last part of the path is the mode of a hold: ${holdModes.join(' or ')}`,
  );
}
