// The HTTPS server that API servers ask: one path for each cluster, and a short one where there is only one. Promise: what cannot
// be judged is refused, with a hint to come again where that helps. Never: a change let through because something failed.

import fastify from 'fastify';
import { z } from 'zod';
import type { Log } from '../../../config/log.ts';
import { type Finding, finding } from '../../../crds/findings.ts';
import { outageOf } from '../../../store/outage.ts';
import type { Cluster } from '../cluster.ts';
import { answerOf } from './answer.ts';
import type { ServingCertificate } from './certificate.ts';
import { type ReviewRequest, reviewSchema } from './request.ts';
import { type Reviewing, review, type Verdict } from './review.ts';
import { type Turns, turns } from './turns.ts';

export interface WebhookServer {
  /** e.g. `https://127.0.0.1:9443` */
  readonly address: string;
  /** New connections are served with it; those that are there go on. */
  serveWith(certificate: ServingCertificate): void;
  close(): Promise<void>;
}

export interface WebhookServerSettings {
  readonly host: string;
  readonly port: number;
  readonly certificate: ServingCertificate;
  /** PEM; who shows no certificate of it is not answered. */
  readonly clientCa?: string | undefined;
  readonly reviewing: Omit<Reviewing, 'cluster' | 'authenticated'>;
  /** One for each that is configured; undefined until it has said who it is. */
  clusters(): readonly (Pick<Cluster, 'id' | 'cache'> | undefined)[];
  readonly log: Log;
}

/** The API server takes requests of 3 MiB, and sends an object as it is and as it was. */
const MOST_BODY_BYTES = 8 * 1024 * 1024;
/** Less than the shipped configuration lets us take, so that it is we who say what is wrong. */
const REVIEW_LIMIT_MS = 8_000;

/** Each holds a connection to Postgres, of those that the pool has for reviews. */
const MOST_REVIEWS = 8;

const paramsSchema = z.object({ cluster: z.string().optional() });

export async function startWebhookServer(settings: WebhookServerSettings): Promise<WebhookServer> {
  const { host, port, certificate, clientCa, log } = settings;
  const tls = ({ certificatePem: cert, privateKeyPem: key }: ServingCertificate) => ({
    ...{ cert, key },
    ...(clientCa !== undefined && { ca: clientCa }),
  });
  const turn = turns(MOST_REVIEWS);
  const app = fastify({
    bodyLimit: MOST_BODY_BYTES,
    // A review that is under way is answered; connections that wait for the next one are closed.
    forceCloseConnections: 'idle',
    https: { ...tls(certificate), requestCert: clientCa !== undefined },
  });
  app.removeAllContentTypeParsers();
  // As the watch reads it: both must come to the same hash.
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => JSON.parse(body),
  );
  app.post('/kubernetes/admission/:cluster?', async ({ params, body }, reply) => {
    const parsed = reviewSchema.safeParse(body);
    if (!parsed.success) return await reply.code(400).send({ error: 'no AdmissionReview of version v1' });
    const { request } = parsed.data;
    const verdict = await verdictOn(settings, turn, paramsSchema.parse(params).cluster, request).catch(
      (error: unknown) => failureOf(log, request, error),
    );
    return answerOf(request, verdict);
  });
  const address = await app.listen({ host, port });
  return {
    address,
    serveWith: (renewed) => app.server.setSecureContext(tls(renewed)),
    close: () => app.close(),
  };
}

async function verdictOn(
  { clusters, reviewing, clientCa }: WebhookServerSettings,
  turn: Turns,
  id: string | undefined,
  request: ReviewRequest,
): Promise<Verdict> {
  const all = clusters();
  const known = all.filter((each) => each !== undefined);
  const cluster = id === undefined && all.length === 1 ? all[0] : known.find((each) => each.id === id);
  if (cluster === undefined) {
    if (known.length < all.length)
      return [finding('DependencyUnavailable', '', 'the controller does not know the cluster yet')];
    const names = known.map((each) => `/kubernetes/admission/${each.id}`).join(', ');
    return [finding('NotFound', '', `the webhook configuration must name one of the paths ${names}`)];
  }
  return await inTurn(turn, () =>
    review({ ...reviewing, authenticated: clientCa !== undefined, cluster }, request),
  );
}

class LateError extends Error {}

/** The limit counts from when it was asked: the API server does not wait for a turn. */
async function inTurn<T>({ take }: Turns, work: () => Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new LateError('the review took too long')), REVIEW_LIMIT_MS);
  const limit = new Promise<never>((_resolve, reject) => {
    late.signal.addEventListener('abort', () => reject(late.signal.reason), { once: true });
  });
  try {
    return await Promise.race([take(work, late.signal), limit]);
  } finally {
    clearTimeout(timer);
  }
}

function failureOf(log: Log, { uid }: ReviewRequest, error: unknown): readonly Finding[] {
  const outage = outageOf(error);
  if (outage !== undefined || error instanceof LateError) {
    const message = outage?.message ?? 'Lattice could not judge in time';
    log.warn({ review: uid, error: String(error) }, `a review was put off: ${message}`);
    return [finding('DependencyUnavailable', '', `${message}; try again`)];
  }
  log.error({ review: uid, error: error instanceof Error ? error.stack : String(error) }, 'a review failed');
  return [finding('Internal', '', `the controller failed; its log has the cause under review ${uid}`)];
}
