// Plain requests to the HTTP API, with the answer as it came.

import { conditionOf, objectSchema } from '../../crds/api.ts';
import { type Problem, problemSchema } from '../../crds/findings.ts';
import { eventually } from './eventually.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export interface Api {
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Creates, and fails the test when it is refused. */
  create(path: string, body: unknown): Promise<ReturnType<typeof objectSchema.parse>>;
  get(path: string): Promise<ReturnType<typeof objectSchema.parse>>;
  ready(path: string): Promise<ReturnType<typeof objectSchema.parse>>;
  gone(path: string): Promise<void>;
}

export function apiOf({ address, token }: { address: string; token: string }, owner?: string): Api {
  const send: Api['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(new URL(path, address), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(owner !== undefined && { 'lattice-owner': owner }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const accepted = (answer: Answer) => {
    if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text}`);
    return objectSchema.parse(JSON.parse(answer.text));
  };
  const get: Api['get'] = async (path) => accepted(await send('GET', path));
  return {
    send,
    get,
    create: async (path, body) => accepted(await send('POST', path, body)),
    ready: (path) =>
      eventually(
        `${path} is ready`,
        () => get(path),
        ({ status, metadata }) =>
          status.observedGeneration === metadata.generation &&
          conditionOf(status, 'Ready')?.status === 'True',
      ),
    gone: async (path) => {
      await eventually(
        `${path} is gone`,
        () => send('GET', path),
        ({ status }) => status === 404,
      );
    },
  };
}

export const problemOf = (answer: Answer): Problem => problemSchema.parse(JSON.parse(answer.text));
