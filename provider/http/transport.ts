// One request to the controller, repeated until there is an answer that means something. Promise: connection errors and
// 429, 502, 503, 504 are tried again with backoff until the operation ends; no other answer is. Never: the token in a
// text, a redirect followed with it, or a proxy's page taken for an answer of the API.

import { isErrorCode } from '../../crds/errors.ts';
import { parseJson } from '../../crds/json.ts';
import { log } from '../sdk/log.ts';
import { RefusedError, UnansweredError } from './errors.ts';
import { exchange, type Response } from './exchange.ts';
import { backoffMs, endedBecause, type Operation, pause } from './operation.ts';

export interface Target {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly token: string;
  readonly instance: string;
}

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly afterLostAnswer: boolean;
}

/** A server that accepts and never answers must not hold an operation for minutes. */
const ATTEMPT_MS = 30_000;
const TRY_AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Sends until answered. Throws RefusedError for an answer of 400 and above, UnansweredError when the operation ends. */
export async function send(target: Target, operation: Operation, outgoing: Outgoing): Promise<Answer> {
  let lost = false;
  let trouble = 'no attempt was made';
  for (let attempt = 0; !operation.signal.aborted; attempt += 1) {
    const outcome = await attemptOnce(target, operation, outgoing);
    if ('response' in outcome && !TRY_AGAIN.has(outcome.response.status))
      return await read(target, outcome.response, lost);
    lost ||= outcome.maybeDone;
    trouble = redact(target, outcome.trouble);
    log('debug', 'request to the controller will be repeated', {
      method: outgoing.method,
      path: outgoing.path,
      attempt,
      trouble,
    });
    if (!(await pause(operation, Math.max(backoffMs(attempt), outcome.waitMs)))) break;
  }
  throw new UnansweredError(
    `${endedBecause(operation)}, ${outgoing.method} ${target.endpoint}${outgoing.path} has no answer: ${trouble}`,
    lost,
  );
}

type Outcome =
  | {
      readonly response: Response;
      readonly trouble: string;
      readonly waitMs: number;
      readonly maybeDone: boolean;
    }
  | { readonly trouble: string; readonly waitMs: number; readonly maybeDone: boolean };

async function attemptOnce(target: Target, operation: Operation, outgoing: Outgoing): Promise<Outcome> {
  try {
    const response = await exchange(`${target.endpoint}${outgoing.path}`, {
      method: outgoing.method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${target.token}`,
        // A token that may only read may not claim an owner.
        ...(outgoing.method !== 'GET' && { 'lattice-owner': `terraform/${target.instance}` }),
        ...(outgoing.body !== undefined && { 'content-type': 'application/json' }),
        ...outgoing.headers,
      },
      body: outgoing.body,
      signal: AbortSignal.any([operation.signal, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    // A gateway that gave up may have passed the request on; 429 and 503 say that nothing was done.
    const maybeDone = response.status === 502 || response.status === 504;
    const trouble = `it answers ${response.status}${detailOf(response.text)}`;
    return { response, trouble, waitMs: retryAfterMs(response), maybeDone };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const text = cause instanceof Error ? cause.message || code : String(cause);
    return { trouble: text || code, waitMs: 0, maybeDone: code !== 'ECONNREFUSED' && code !== 'ENOTFOUND' };
  }
}

const MOST_RETRY_AFTER_MS = 10_000;

function retryAfterMs({ retryAfter }: Response): number {
  const seconds = Number(retryAfter ?? 0);
  return Number.isFinite(seconds) ? Math.min(MOST_RETRY_AFTER_MS, Math.max(0, seconds * 1_000)) : 0;
}

async function read(target: Target, { status, text }: Response, afterLostAnswer: boolean): Promise<Answer> {
  const body = jsonOf(text);
  if (status >= 200 && status < 300 && body !== undefined) return { status, body, afterLostAnswer };
  const { problemSchema } = await import('../../crds/findings.ts');
  const problem = problemSchema.safeParse(body);
  if (problem.success) {
    const { code, detail, findings } = problem.data;
    const shown = findings.map((found) => ({ ...found, message: redact(target, found.message) }));
    throw new RefusedError(status, code, redact(target, detail), shown, afterLostAnswer);
  }
  const code = field(body, 'code');
  throw new RefusedError(
    status,
    isErrorCode(code) ? code : undefined,
    redact(target, `${target.endpoint} answers ${status}${detailOf(text)}`),
    [],
    afterLostAnswer,
  );
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function field(body: unknown, name: string): string {
  const value =
    typeof body === 'object' && body !== null ? new Map(Object.entries(body)).get(name) : undefined;
  return typeof value === 'string' ? value : '';
}

function detailOf(text: string): string {
  const body = jsonOf(text);
  const detail = field(body, 'detail') || (body === undefined ? 'something that is not JSON' : '');
  return detail === '' ? '' : `: ${detail}`;
}

/** A server or a library may repeat what it was sent. */
function redact({ token }: Target, text: string): string {
  return text.replaceAll(token, '(token)');
}
