// Calls to a Kubernetes API server, one method for each thing that we ask of it. Promise: what comes back is parsed; every
// failure is an ApiError that says what the server said. Never: a repeated call. Who asks decides about that.

import { request } from 'undici';
import type { z } from 'zod';
import type { Connection } from './connection.ts';
import { ApiError, apiErrorOf } from './errors.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: ContentType;
  readonly signal?: AbortSignal;
}

export type ContentType =
  | 'application/json'
  | 'application/apply-patch+yaml'
  | 'application/json-patch+json'
  | 'application/merge-patch+json';

export interface KubernetesApi {
  call<T>(schema: z.ZodType<T>, call: Call): Promise<T>;
  /** Lines of an answer that goes on; ends when the server ends it. Throws an ApiError when it is not answered with 200. */
  lines(call: Call): AsyncIterable<string>;
  close(): Promise<void>;
}

const CALL_LIMIT_MS = 30_000;
const USER_AGENT = 'lattice-controller';

export function kubernetesApi(connection: Connection): KubernetesApi {
  const send = async ({ method, path, query, body, contentType = 'application/json', signal }: Call) => {
    const { server, headers, dispatcher } = await connection.credentials();
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
    const answer = await request(`${server}${path}${search}`, {
      method,
      dispatcher,
      headers: {
        ...headers,
        accept: 'application/json',
        'user-agent': USER_AGENT,
        ...(body !== undefined && { 'content-type': contentType }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
      headersTimeout: CALL_LIMIT_MS,
      // Of a watch its reader decides how long silence may last.
      bodyTimeout: 0,
    });
    if (answer.statusCode < 300) return answer;
    if (answer.statusCode === 401) connection.refused();
    throw await apiErrorOf(answer);
  };
  return {
    call: async (schema, call) => {
      const limit = AbortSignal.timeout(CALL_LIMIT_MS);
      const signal = call.signal === undefined ? limit : AbortSignal.any([call.signal, limit]);
      const answer = await send({ ...call, signal });
      const parsed = schema.safeParse(await answer.body.json());
      if (parsed.success) return parsed.data;
      throw new ApiError(200, 'InvalidAnswer', `the answer to ${call.method} ${call.path} has another form`);
    },
    lines: async function* (call) {
      const answer = await send(call);
      answer.body.setEncoding('utf8');
      let rest = '';
      for await (const chunk of answer.body) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
      if (rest !== '') yield rest;
    },
    close: () => connection.close(),
  };
}
