// Core's side of the protocol, in this process: calls of a served provider, for what no CLI at hand asks for.

import { Client, credentials } from '@grpc/grpc-js';
import {
  encodeMessage,
  type Init,
  type Method,
  pathOf,
  type StreamingMethod,
  type UnaryMethod,
} from '../protocol/rpc.ts';
import type { Provider } from '../provider.ts';
import { serveHere } from './served.ts';

export interface ProtocolClient {
  readonly socketPath: string;
  call<I, O>(method: UnaryMethod<I, O>, request: NoInfer<Init<I>>): Promise<O>;
  /** All messages of the stream. */
  stream<I, O>(method: StreamingMethod<I, O>, request: NoInfer<Init<I>>): Promise<O[]>;
}

/** Serves the provider without TLS while `body` runs. */
export async function withClient(
  provider: Provider,
  body: (client: ProtocolClient) => Promise<void>,
): Promise<void> {
  const server = await serveHere(provider);
  const client = connectTo(server.socketPath);
  try {
    await body(client);
  } finally {
    client.close();
    server.close();
  }
}

/** Calls a provider that serves there without TLS, in whatever process. */
export function connectTo(socketPath: string): ProtocolClient & { close(): void } {
  const client = new Client(`unix:${socketPath}`, credentials.createInsecure(), {
    'grpc.default_authority': 'localhost',
  });
  return {
    socketPath,
    close: () => client.close(),
    call: async (method, request) => await callOf(client, method, request),
    stream: async <I, O>(method: StreamingMethod<I, O>, request: Init<I>) => {
      const call = client.makeServerStreamRequest<Init<I>, O>(pathOf(method), ...codecs(method), request);
      const messages: O[] = [];
      for await (const message of call) messages.push(message);
      return messages;
    },
  };
}

/** One call of any of the services, over any connection. */
export async function callOf<I, O>(
  client: Client,
  method: UnaryMethod<I, O>,
  request: NoInfer<Init<I>>,
): Promise<O> {
  return await new Promise((resolve, reject) => {
    client.makeUnaryRequest<Init<I>, O>(pathOf(method), ...codecs(method), request, (error, answer) =>
      error === null && answer !== undefined ? resolve(answer) : reject(error ?? new Error('no answer')),
    );
  });
}

const codecs = <I, O>({ requestType, responseType }: Method<I, O>) =>
  [
    (request: Init<I>) => encodeMessage(requestType, request),
    (bytes: Buffer) => responseType.decode(bytes),
  ] as const;
