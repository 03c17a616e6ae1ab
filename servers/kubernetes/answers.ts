// Asks a component of the control plane over HTTPS whether it is ready.
// Promise: only a server with a certificate of our authority is believed.
// Never: an error thrown: what is wrong is the answer.
import { request } from 'node:https';

export interface Endpoint {
  readonly url: string;
  readonly caPem: string;
  readonly token?: string;
}

const limitMs = 5_000;

/** Resolves with nothing once `path` answers 200, else with what is wrong. */
export function askReady({ url, caPem, token }: Endpoint, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(limitMs);
    const call = request(new URL(path, url), { ca: caPem, headers, agent: false, signal }, (response) => {
      const chunks: string[] = [];
      response.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
      response.on('error', (error) => resolve(error.message));
      response.on('end', () => {
        const { statusCode } = response;
        resolve(statusCode === 200 ? undefined : `${path} answers ${statusCode}: ${chunks.join('').trim()}`);
      });
    });
    call.on('error', (error) => resolve(error.message));
    call.end();
  });
}
