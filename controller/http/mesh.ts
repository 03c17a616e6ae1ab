// GET .../meshpeers/{name}/config: the WireGuard config of a peer, without any private key.

import type { FastifyInstance } from 'fastify';
import { LatticeError } from '../../crds/findings.ts';
import { forbidden } from '../admission/caller.ts';
import type { ControllerContext } from '../context.ts';
import { readPeerConfig } from '../mesh/read.ts';

export function meshRoute(app: FastifyInstance, { db }: ControllerContext): void {
  app.get<{ Params: { org: string; name: string } }>(
    '/v1/orgs/:org/meshpeers/:name/config',
    async (request, reply) => {
      const { org, name } = request.params;
      const denied = forbidden(request.caller, 'get', org);
      if (denied !== undefined) throw new LatticeError('Forbidden', denied.message, [denied]);
      return reply.type('text/plain; charset=utf-8').send(await readPeerConfig(db, org, name));
    },
  );
}
