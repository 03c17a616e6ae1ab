// The controller's HTTP contract in this process, for tests of the provider. Promise: routes, headers, codes and bodies as
// the OpenAPI document has them; and any request can be disturbed. Never: another address than this machine's own.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ApiObject, type Owner, objectPageSchema, objectSchema } from '../../crds/api.ts';
import { errors } from '../../crds/errors.ts';
import { LatticeError, type Problem } from '../../crds/findings.ts';
import { parseJson } from '../../crds/json.ts';
import { kinds } from '../../crds/kinds.ts';
import { planRequestSchema } from '../../crds/plan.ts';
import { FakeStore } from './fake-store.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What happens to a request instead of its answer. `lose`: it is carried out, and its answer never arrives. */
export type Disturbance = 'lose' | 'drop' | { readonly status: number; readonly body?: string };

export interface FakeController {
  readonly endpoint: string;
  readonly token: string;
  readonly store: FakeStore;
  readonly requests: Seen[];
  /** Asked before each request is carried out. */
  disturb: (seen: Seen) => Disturbance | undefined;
  /** How an object is told: another server may leave out what is empty, or say null. */
  told?: (object: ApiObject) => unknown;
  /** Resolves at the next request that matches, after it was answered. */
  request(matches: (seen: Seen) => boolean): Promise<Seen>;
  close(): Promise<void>;
}

export async function startFakeController(token = 'fake-token-3f1c'): Promise<FakeController> {
  const waiting = new Set<{
    readonly matches: (seen: Seen) => boolean;
    readonly resolve: (seen: Seen) => void;
  }>();
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString();
    const seen: Seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
    };
    fake.requests.push(seen);
    const disturbance = fake.disturb(seen);
    if (disturbance === 'drop') response.destroy();
    else if (typeof disturbance === 'object')
      response.writeHead(disturbance.status).end(disturbance.body ?? '');
    else {
      const { status, answer } = respond(fake, seen);
      if (disturbance === 'lose') response.destroy();
      else
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify(asTold(fake, answer)));
    }
    for (const waiter of waiting)
      if (waiter.matches(seen)) {
        waiting.delete(waiter);
        waiter.resolve(seen);
      }
  };
  // As the real one: a client that has been busy for seconds must not send into a connection that is just being closed.
  server.keepAliveTimeout = 72_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const fake: FakeController = {
    endpoint: `http://127.0.0.1:${address.port}`,
    token,
    store: new FakeStore(),
    requests: [],
    disturb: () => undefined,
    request: async (matches) => await new Promise((resolve) => waiting.add({ matches, resolve })),
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

function asTold({ told }: FakeController, answer: unknown): unknown {
  if (told === undefined) return answer;
  const page = objectPageSchema.safeParse(answer);
  if (page.success) return { ...page.data, items: page.data.items.map(told) };
  const object = objectSchema.safeParse(answer);
  return object.success ? told(object.data) : answer;
}

interface Response {
  readonly status: number;
  readonly answer: unknown;
}

function respond(fake: FakeController, seen: Seen): Response {
  try {
    if (seen.headers.authorization !== `Bearer ${fake.token}`)
      throw new LatticeError('Unauthenticated', 'the token is missing or wrong');
    return route(fake.store, seen);
  } catch (error) {
    if (!(error instanceof LatticeError)) throw error;
    const { status, title } = errors[error.code];
    const problem: Problem = {
      type: `about:blank#${error.code}`,
      title,
      status,
      code: error.code,
      detail: error.message,
      requestId: 'fake',
      findings: [...error.findings],
    };
    return { status, answer: problem };
  }
}

function route(store: FakeStore, { method, path, headers, body }: Seen): Response {
  const owner = ownerOf(headers['lattice-owner'] ?? 'terraform/reader');
  const input = body === '' ? undefined : parseJson(body);
  if (method === 'POST' && path === '/v1/plan') {
    const { changes, overlay } = planRequestSchema.parse(input);
    return { status: 200, answer: { changes: changes.map((change) => store.plan(owner, change, overlay)) } };
  }
  const { key, isCollection } = target(path);
  const version = headers['if-match']?.replaceAll('"', '');
  if (isCollection && method === 'POST') {
    const before = store.objects.size;
    const object = store.create(owner, input, String(headers['idempotency-key']));
    return { status: store.objects.size > before ? 201 : 200, answer: object };
  }
  if (isCollection && method === 'GET') {
    const query = new URL(path, 'http://fake').searchParams;
    return { status: 200, answer: { items: store.list(key, query.getAll('name')) } };
  }
  if (method === 'GET') {
    const object = store.look(key);
    if (object === undefined) throw new LatticeError('NotFound', `${key} does not exist`);
    return { status: 200, answer: object };
  }
  if (method === 'PUT') {
    if (version === undefined) throw new LatticeError('ResourceVersionRequired', 'if-match is missing');
    return { status: 200, answer: store.update(owner, input, version) };
  }
  if (method === 'DELETE') return { status: 202, answer: store.remove(owner, key, version) };
  throw new LatticeError('RouteNotFound', `${method} ${path}`);
}

function target(path: string): { readonly key: string; readonly isCollection: boolean } {
  const [, first = '', second = '', third = '', fourth] = new URL(path, 'http://fake').pathname
    .slice('/v1'.length)
    .split('/')
    .map(decodeURIComponent);
  const inOrg = kinds.find((kind) => kind.plural === third && kind.scope === 'org');
  if (first === 'orgs' && inOrg !== undefined)
    return { key: `${inOrg.name}/${second}/${fourth}`, isCollection: fourth === undefined };
  const kind = kinds.find((candidate) => candidate.plural === first && candidate.scope === 'cluster');
  if (kind === undefined || third !== '') throw new LatticeError('RouteNotFound', path);
  return { key: `${kind.name}/${second}`, isCollection: second === '' };
}

function ownerOf(header: string | string[] | undefined): Owner {
  const [manager, instance] = String(header).split('/');
  if (manager !== 'terraform' || !instance)
    throw new LatticeError('Forbidden', 'the owner claimed is not allowed');
  return { manager, instance, ref: '' };
}
