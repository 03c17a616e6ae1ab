// One call of a generated service, unary or answered by a stream, in the form that the gRPC server takes. Promise: path and codecs come from the
// generated descriptor, so a call cannot be registered under a wrong name.

import { once } from 'node:events';
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
import type { handleServerStreamingCall, handleUnaryCall, MethodDefinition, Server } from '@grpc/grpc-js';

export interface Call {
  register(server: Server): void;
}

export function unary<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  answer: (request: MessageShape<I>) => Promise<MessageInitShape<O>> | MessageInitShape<O>,
): Call {
  const handle: handleUnaryCall<MessageShape<I>, MessageShape<O>> = (call, callback) => {
    Promise.try(answer, call.request).then(
      (message) => callback(null, create(method.output, message)),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  };
  return {
    register: (server) =>
      server.addService({ [method.name]: definitionOf(method, false) }, { [method.name]: handle }),
  };
}

/** The stream is not read ahead: the next message is made when the last one was taken. */
export function streaming<I extends DescMessage, O extends DescMessage>(
  method: DescMethodServerStreaming<I, O>,
  answer: (request: MessageShape<I>) => AsyncIterable<MessageInitShape<O>>,
): Call {
  const handle: handleServerStreamingCall<MessageShape<I>, MessageShape<O>> = (call) => {
    const send = async (): Promise<void> => {
      for await (const message of answer(call.request)) {
        if (call.cancelled) return;
        if (!call.write(create(method.output, message))) await once(call, 'drain');
      }
    };
    send().then(
      () => call.end(),
      (error: unknown) => call.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  };
  return {
    register: (server) =>
      server.addService({ [method.name]: definitionOf(method, true) }, { [method.name]: handle }),
  };
}

function definitionOf<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O> | DescMethodServerStreaming<I, O>,
  responseStream: boolean,
): MethodDefinition<MessageShape<I>, MessageShape<O>> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: false,
    responseStream,
    requestSerialize: (message) => Buffer.from(toBinary(method.input, message)),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: (message) => Buffer.from(toBinary(method.output, message)),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}
