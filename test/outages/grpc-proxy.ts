// A gRPC proxy on the real wire format (HTTP/2 without TLS): calls pass through as they are, and those that a rule names are
// answered with a status code of its own, as a server would that is overloaded.

import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';

export interface GrpcProxy {
  readonly address: string;
  /** From now on; the rule gets the path of a call, and gives a code or lets it pass. */
  rule(codeFor: (path: string) => number | undefined): void;
  /** How many calls got a code from a rule. */
  injected(): number;
  close(): Promise<void>;
}

const UNAVAILABLE = 14;
const END_STREAM = 1;

export async function startGrpcProxy(target: string): Promise<GrpcProxy> {
  let codeFor: (path: string) => number | undefined = () => undefined;
  let injected = 0;
  let upstream: ClientHttp2Session | undefined;
  const sessions = new Set<{ destroy(): void }>();

  const upstreamSession = (): ClientHttp2Session => {
    if (upstream !== undefined && !upstream.closed && !upstream.destroyed) return upstream;
    upstream = connect(`http://${target}`);
    upstream.on('error', () => {});
    return upstream;
  };

  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const code = codeFor(String(headers[':path']));
    if (code === undefined) return pass(upstreamSession(), stream, headers);
    injected += 1;
    answer(stream, code);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no TCP port');
  return {
    address: `127.0.0.1:${address.port}`,
    rule: (next) => {
      codeFor = next;
    },
    injected: () => injected,
    close: async () => {
      for (const session of sessions) session.destroy();
      upstream?.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(stream: ServerHttp2Stream, code: number): void {
  if (stream.destroyed || stream.headersSent) return;
  const headers = {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(code),
    'grpc-message': 'injected',
  };
  stream.respond(headers, { endStream: true });
}

function pass(upstream: ClientHttp2Session, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const call = upstream.request(headers);
  let trailers: IncomingHttpHeaders = {};
  call.on('error', () => answer(stream, UNAVAILABLE));
  call.on('response', (response, flags) => {
    if (stream.destroyed) return;
    const ended = (flags & END_STREAM) !== 0;
    stream.respond(response, ended ? { endStream: true } : { waitForTrailers: true });
  });
  call.on('trailers', (received) => {
    trailers = received;
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.on('close', () => call.close());
  stream.pipe(call);
  call.pipe(stream);
}
