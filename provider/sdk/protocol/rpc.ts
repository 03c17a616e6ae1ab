// One call of a generated service, unary or answered by a stream, in the form that the gRPC server takes. Promise: path and codecs come from the
// generated definition, so a call cannot be registered under a wrong name.

import { once } from 'node:events';
import type { handleServerStreamingCall, handleUnaryCall, Server } from '@grpc/grpc-js';
import { HealthDefinition } from './generated/health.ts';
import { GRPCControllerDefinition } from './generated/plugin.ts';
import { ProviderDefinition } from './generated/tfplugin6.ts';

/** What a message is made of: what is left out gets its default. Integers of 64 bits are bigint, so that none is rounded. */
export type Init<T> = T extends bigint | number | string | boolean | Uint8Array | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Init<Item>[]
    : T extends { readonly $case: infer Case; readonly value: infer Held }
      ? { readonly $case: Case; readonly value: Init<Held> }
      : { readonly [Field in keyof T]?: Init<T[Field]> };

interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  fromPartial(init: Init<T>): T;
}

/** As it is generated. */
export interface Method<I, O> {
  readonly name: string;
  readonly requestType: Codec<I>;
  readonly responseType: Codec<O>;
}

export interface UnaryMethod<I, O> extends Method<I, O> {
  readonly responseStream: false;
}

export interface StreamingMethod<I, O> extends Method<I, O> {
  readonly responseStream: true;
}

export interface Call {
  register(server: Server): void;
}

export function unary<I, O>(
  method: UnaryMethod<I, O>,
  answer: (request: I) => Promise<NoInfer<Init<O>>> | NoInfer<Init<O>>,
): Call {
  const handle: handleUnaryCall<I, Init<O>> = (call, callback) => {
    Promise.try(answer, call.request).then(
      (message) => callback(null, message),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  };
  return {
    register: (server) =>
      server.addService({ [method.name]: servedDefinition(method, false) }, { [method.name]: handle }),
  };
}

/** The stream is not read ahead: the next message is made when the last one was taken. */
export function streaming<I, O>(
  method: StreamingMethod<I, O>,
  answer: (request: I) => AsyncIterable<NoInfer<Init<O>>>,
): Call {
  const handle: handleServerStreamingCall<I, Init<O>> = (call) => {
    const send = async (): Promise<void> => {
      for await (const message of answer(call.request)) {
        if (call.cancelled) return;
        if (!call.write(message)) await once(call, 'drain');
      }
    };
    send().then(
      () => call.end(),
      (error: unknown) => call.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  };
  return {
    register: (server) =>
      server.addService({ [method.name]: servedDefinition(method, true) }, { [method.name]: handle }),
  };
}

function servedDefinition<I, O>(method: Method<I, O>, responseStream: boolean) {
  const { requestType, responseType } = method;
  return {
    path: pathOf(method),
    requestStream: false,
    responseStream,
    requestSerialize: (init: Init<I>) => encodeMessage(requestType, init),
    requestDeserialize: (bytes: Buffer) => requestType.decode(bytes),
    responseSerialize: (init: Init<O>) => encodeMessage(responseType, init),
    responseDeserialize: (bytes: Buffer) => responseType.decode(bytes),
  };
}

/** Where a method is called. */
export function pathOf<I, O>(method: Method<I, O>): string {
  const named = (methods: object) => Object.values(methods).some((each) => each === method);
  const service = SERVICES.find(({ methods }) => named(methods));
  if (service === undefined) throw new TypeError(`${method.name} is in no service of the protocol`);
  return `/${service.fullName}/${method.name}`;
}

const SERVICES = [ProviderDefinition, GRPCControllerDefinition, HealthDefinition];

export function encodeMessage<T>(codec: Codec<T>, init: Init<T>): Buffer {
  const { buffer, byteOffset, byteLength } = codec.encode(codec.fromPartial(init)).finish();
  return Buffer.from(buffer, byteOffset, byteLength);
}
