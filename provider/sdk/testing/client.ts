// Core's side of the protocol, in this process: calls of a served provider, for what no CLI at hand asks for.

import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import type { Provider } from '../provider.ts';
import { serveHere } from './served.ts';

export interface ProtocolClient {
  readonly socketPath: string;
  call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>>;
  /** All messages of the stream. */
  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>[]>;
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
  const path = (method: { readonly parent: { readonly typeName: string }; readonly name: string }) =>
    `/${method.parent.typeName}/${method.name}`;
  return {
    socketPath,
    close: () => client.close(),
    call: async (method, request) =>
      await new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          path(method),
          (message: MessageShape<typeof method.input>) => Buffer.from(toBinary(method.input, message)),
          (bytes) => fromBinary(method.output, bytes),
          create(method.input, request),
          (error, answer) =>
            error === null && answer !== undefined
              ? resolve(answer)
              : reject(error ?? new Error('no answer')),
        );
      }),
    stream: async (method, request) => {
      const call = client.makeServerStreamRequest(
        path(method),
        (message: MessageShape<typeof method.input>) => Buffer.from(toBinary(method.input, message)),
        (bytes) => fromBinary(method.output, bytes),
        create(method.input, request),
      );
      const messages: MessageShape<typeof method.output>[] = [];
      for await (const message of call) messages.push(message);
      return messages;
    },
  };
}
