// Calls of a Kubernetes API server as it is spoken to on the wire. Promise: one connection is kept; an answer that is not a 2xx is
// data, not an error. Never: another server's certificate believed.

import { Agent, request } from 'node:https';
import { z } from 'zod';

export interface KubernetesApi {
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<KubernetesAnswer>;
  close(): void;
}

export interface KubernetesAnswer {
  readonly status: number;
  readonly body: unknown;
}

const statusSchema = z.object({
  message: z.string().default(''),
  details: z
    .object({
      causes: z
        .array(z.object({ field: z.string().default(''), message: z.string().default('') }))
        .default([]),
    })
    .prefault({}),
});

export interface Refusal {
  readonly message: string;
  readonly causes: readonly { readonly field: string; readonly message: string }[];
}

/** What a refusal blames, in the API server's words; a field is written as `spec.routes[0]`. */
export function refusalOf(body: unknown): Refusal {
  const { message, details } = statusSchema.parse(body);
  return { message, causes: details.causes };
}

export function kubernetesApi(server: {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}): KubernetesApi {
  const agent = new Agent({ ca: server.caPem, keepAlive: true, maxSockets: 4 });
  const headers = { authorization: `Bearer ${server.token}`, accept: 'application/json' };
  return {
    send: (method, path, body, contentType = 'application/json') =>
      new Promise((resolve, reject) => {
        const url = new URL(path, server.url);
        const call = request(
          url,
          { method, agent, headers: { ...headers, 'content-type': contentType } },
          (response) => {
            const chunks: string[] = [];
            response.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, body: parsed(chunks.join('')) }),
            );
          },
        );
        call.on('error', reject);
        call.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
      }),
    close: () => agent.destroy(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
