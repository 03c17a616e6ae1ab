// Stands between the controllers and an API server and makes it misbehave on demand. What passes is passed as it is; who is
// asked is the real server. Promise: a fault hits what its `when` names, as often as it says, and is counted.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly isWatch: boolean;
}

export type Fault =
  /** Answers in the server's place. */
  | { readonly answer: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: object }
  /** Breaks the connection. */
  | { readonly reset: true }
  /** Takes the request and never says anything. */
  | { readonly stall: true }
  /** Answers a watch with 200 and ends it at once. */
  | { readonly closeCleanly: true }
  /** Sends these lines of a watch and ends it. */
  | { readonly lines: readonly object[] }
  /** Puts the lines of a watch that come together into another order, or repeats them. */
  | { readonly rewrite: (lines: readonly string[]) => readonly string[] };

export interface FaultyProxy {
  /** On loopback, with the certificate of the server behind it. */
  readonly url: string;
  /** Makes the next `times` requests that fit go wrong; returns how many have so far. */
  inject(when: (asked: Asked) => boolean, fault: Fault, times?: number): () => number;
  /** Ends every fault that is left. */
  calm(): void;
  /** Breaks all connections that are open. */
  cut(): void;
  /** Requests that came since it began, but for watches and reads. */
  writes(): readonly Asked[];
  /** Where requests go from now on. */
  pointTo(server: Upstream): void;
  close(): Promise<void>;
}

export interface Upstream {
  readonly url: string;
  readonly caPem: string;
  readonly pki: { readonly servingCertificateFile: string; readonly servingKeyFile: string };
}

interface Injected {
  readonly when: (asked: Asked) => boolean;
  readonly fault: Fault;
  left: number;
  hit: number;
}

export async function startFaultyProxy(first: Upstream): Promise<FaultyProxy> {
  let upstream = first;
  let agent = new Agent({ ca: first.caPem, keepAlive: true });
  let injected: Injected[] = [];
  const written: Asked[] = [];

  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const asked = askedBy(incoming);
    if (asked.method !== 'GET') written.push(asked);
    const hit = injected.find(({ when, left }) => left > 0 && when(asked));
    if (hit === undefined) {
      pass(incoming, outgoing, (text) => text);
      return;
    }
    hit.left -= 1;
    hit.hit += 1;
    if ('rewrite' in hit.fault) {
      const { rewrite } = hit.fault;
      pass(incoming, outgoing, (text) => rewritten(text, rewrite));
    } else misbehave(hit.fault, outgoing);
  };
  const pass = (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    change: (text: string) => string,
  ): void => {
    const url = new URL(incoming.url ?? '/', upstream.url);
    const { host: _host, ...headers } = incoming.headers;
    const call = request(url, { method: incoming.method ?? 'GET', headers, agent }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      if (!askedBy(incoming).isWatch) {
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
        return;
      }
      answer.setEncoding('utf8').on('data', (text: string) => outgoing.write(change(text)));
      answer.on('end', () => outgoing.end());
      answer.on('error', () => outgoing.destroy());
    });
    call.on('error', () => outgoing.destroy());
    outgoing.on('close', () => call.destroy());
    incoming.pipe(call);
  };

  const { servingCertificateFile, servingKeyFile } = first.pki;
  const [cert, key] = await Promise.all([readFile(servingCertificateFile), readFile(servingKeyFile)]);
  const server = createServer({ cert, key }, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    inject: (when, fault, times = 1) => {
      const one = { when, fault, left: times, hit: 0 };
      injected.push(one);
      return () => one.hit;
    },
    calm: () => {
      injected = [];
    },
    cut: () => server.closeAllConnections(),
    writes: () => written,
    pointTo: (next) => {
      upstream = next;
      agent = new Agent({ ca: next.caPem, keepAlive: true });
      server.closeAllConnections();
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

function askedBy({ method = 'GET', url = '/' }: IncomingMessage): Asked {
  return { method, path: url, isWatch: url.includes('watch=true') };
}

function misbehave(fault: Exclude<Fault, { rewrite: unknown }>, outgoing: ServerResponse): void {
  if ('reset' in fault) outgoing.destroy();
  else if ('stall' in fault) return;
  else if ('closeCleanly' in fault) outgoing.writeHead(200, { 'content-type': 'application/json' }).end();
  else if ('lines' in fault)
    outgoing
      .writeHead(200, { 'content-type': 'application/json' })
      .end(fault.lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  else
    outgoing
      .writeHead(fault.answer, { 'content-type': 'application/json', ...fault.headers })
      .end(JSON.stringify(fault.body ?? { kind: 'Status', status: 'Failure', code: fault.answer }));
}

/** Only whole lines that came together; what is cut in the middle goes on as it is. */
function rewritten(text: string, rewrite: (lines: readonly string[]) => readonly string[]): string {
  if (!text.endsWith('\n')) return text;
  return rewrite(text.slice(0, -1).split('\n'))
    .map((line) => `${line}\n`)
    .join('');
}
