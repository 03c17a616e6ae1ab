// The HTTP API: one fastify instance, strict JSON in, problem documents out. Every route but health, metrics and the API
// document needs a token.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/definition.ts';
import { LatticeError } from '../../crds/findings.ts';
import { parseJson } from '../../crds/json.ts';
import type { Caller } from '../admission/caller.ts';
import type { ControllerContext } from '../context.ts';
import { accessRoute } from './access.ts';
import { auditRoutes } from './audit.ts';
import { authenticate, type Credential } from './credentials.ts';
import { holdRoutes } from './holds.ts';
import { meshRoute } from './mesh.ts';
import { mintedRoutes } from './minted.ts';
import { objectRoutes } from './objects.ts';
import { planRoute } from './plan.ts';
import { answerUnparsable, problemHandler, sendProblem } from './problem.ts';
import type { Token } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
    credential: Credential;
  }
}

const MOST_BODY_BYTES = 1024 * 1024;
const OPENAPI = join(import.meta.dirname, '../../crds/generated/openapi.json');

/** Starts to listen and returns the address, e.g. `http://127.0.0.1:7450`. */
export async function startHttp(
  context: ControllerContext,
  config: Config,
  tokens: readonly Token[],
): Promise<{ app: FastifyInstance; address: string }> {
  const app = fastify({
    bodyLimit: MOST_BODY_BYTES,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    // As long as a URL may be: a name that is too long is a name that does not exist.
    routerOptions: { maxParamLength: 16_384 },
    frameworkErrors: problemHandler(context.log),
    clientErrorHandler: answerUnparsable,
    https: await tlsOptions(config),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer);
      done(null, parseJson(text));
    } catch {
      done(new LatticeError('InvalidJson', 'the body is not valid JSON in UTF-8'));
    }
  });
  app.setErrorHandler(problemHandler(context.log));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, request.id, new LatticeError('RouteNotFound', 'there is no such route')),
  );
  app.addHook('onResponse', async (request, reply) => {
    context.metrics.requests.inc({ method: request.method, status: String(reply.statusCode) });
  });
  openRoutes(app, context);
  await app.register(async (guarded) => {
    guarded.decorateRequest('caller');
    guarded.decorateRequest('credential');
    guarded.addHook('onRequest', async (request) => {
      const owner = request.headers['lattice-owner'];
      const claim = Array.isArray(owner) ? owner.join() : owner;
      request.credential = await authenticate(tokens, context.db, request.headers.authorization, claim);
      request.caller = { ...request.credential.caller, settings: context.admission };
    });
    // Text that Postgres cannot hold names nothing.
    guarded.addHook('preValidation', async (request) => {
      const names = Object.values(z.record(z.string(), z.string()).parse(request.params)).join('');
      if (names.includes('\0') || !names.isWellFormed())
        throw new LatticeError('NotFound', 'the path holds a character that no name has');
    });
    objectRoutes(guarded, context);
    planRoute(guarded, context);
    auditRoutes(guarded, context);
    meshRoute(guarded, context);
    accessRoute(guarded, context);
    holdRoutes(guarded, context);
    mintedRoutes(guarded, context);
  });
  const address = await app.listen({ host: config.listenHost, port: config.listenPort });
  return { app, address };
}

async function tlsOptions(config: Config) {
  if (config.tlsCertFile === undefined || config.tlsKeyFile === undefined) return null;
  return { cert: await readFile(config.tlsCertFile), key: await readFile(config.tlsKeyFile) };
}

function openRoutes(app: FastifyInstance, { db, temporal, metrics, readiness }: ControllerContext): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const checks = await Promise.allSettled([db.run('SELECT 1'), temporal.ping()]);
    const [postgres, frontend] = checks.map((check) =>
      check.status === 'fulfilled' ? 'ok' : 'does not answer',
    );
    const others = [...readiness].map(([name, isReady]) => [name, isReady() ? 'ok' : 'not ready'] as const);
    const ready =
      checks.every((check) => check.status === 'fulfilled') && others.every(([, said]) => said === 'ok');
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ok' : 'not ready',
      postgres,
      temporal: frontend,
      ...Object.fromEntries(others),
    });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json').send(await readFile(OPENAPI, 'utf8')),
  );
}
