// One unary call of a generated service, in the form that the gRPC server takes. Promise: path and codecs come from the
// generated descriptor, so a call cannot be registered under a wrong name.

import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { handleUnaryCall, MethodDefinition, Server } from '@grpc/grpc-js';

export interface Call {
  register(server: Server): void;
}

export function unary<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  answer: (request: MessageShape<I>) => Promise<MessageInitShape<O>> | MessageInitShape<O>,
): Call {
  const definition: MethodDefinition<MessageShape<I>, MessageShape<O>> = {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message) => Buffer.from(toBinary(method.input, message)),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: (message) => Buffer.from(toBinary(method.output, message)),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
  const handle: handleUnaryCall<MessageShape<I>, MessageShape<O>> = (call, callback) => {
    Promise.try(answer, call.request).then(
      (message) => callback(null, create(method.output, message)),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  };
  return {
    register: (server) => server.addService({ [method.name]: definition }, { [method.name]: handle }),
  };
}
