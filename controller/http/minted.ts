// The routes of short-lived tokens. Minting takes no verb: it hands out nothing that the caller does not have.

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { LatticeError } from '../../crds/findings.ts';
import { mintRequestSchema, renewRequestSchema } from '../../crds/token.ts';
import type { ControllerContext } from '../context.ts';
import { endToken, mintToken, renewToken } from '../tokens/write.ts';
import { parseBody } from './request.ts';

interface OneToken {
  readonly id: string;
}

export function mintedRoutes(app: FastifyInstance, { db }: ControllerContext): void {
  app.post('/v1/tokens', async (request, reply) => {
    const minted = await mintToken(db, request.credential, parseBody(mintRequestSchema, request.body));
    // No cache on the way may keep it.
    return reply.code(201).header('cache-control', 'no-store').send(minted);
  });

  app.post<{ Params: OneToken }>('/v1/tokens/:id/renew', async (request) => {
    const body = parseBody(renewRequestSchema, request.body);
    return await renewToken(db, request.credential, idOf(request.params), body);
  });

  app.delete<{ Params: OneToken }>('/v1/tokens/:id', async (request) =>
    endToken(db, request.credential, idOf(request.params)),
  );
}

/** What is no id is the id of nothing. It may be a token that went astray, so it is not repeated. */
function idOf({ id }: OneToken): string {
  const parsed = z.uuid().safeParse(id);
  if (parsed.success) return parsed.data;
  throw new LatticeError('NotFound', 'there is no such token: the path names it by its id');
}
