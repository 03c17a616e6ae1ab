// What errors of Temporal's client mean. They wrap each other more or less deeply, and two different things share a code.

import { isGrpcServiceError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { BackendError } from './errors.ts';

export const GRPC = { deadlineExceeded: 4, notFound: 5, alreadyExists: 6 } as const;

/** Turns a failure of Temporal into one that says what was being done, and nothing of what was sent. */
export async function orBackendError<T>(doing: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const cause = grpcCause(error);
    const detail =
      cause === undefined
        ? error instanceof Error
          ? error.name
          : 'unknown error'
        : `gRPC code ${cause.code}: ${cause.details}`;
    throw new BackendError(`Temporal: ${doing}: ${detail}`, { cause: error });
  }
}

/** A workflow that drains towards its end takes no directive; the next try starts a new run. */
export function isRefusal(error: unknown, type: string): boolean {
  return error instanceof Error && error.cause instanceof ApplicationFailure && error.cause.type === type;
}

/** The gRPC error behind an error of the client, which wraps it more or less deeply. */
function grpcCause(error: unknown): { code: number; details: string } | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (isGrpcServiceError(cause)) return { code: cause.code, details: cause.details };
  return undefined;
}

export function isNotFound(error: unknown): boolean {
  return (
    grpcCause(error)?.code === GRPC.notFound ||
    named(error, 'WorkflowNotFoundError', 'NamespaceNotFoundError')
  );
}

export function namespaceMissing(error: unknown): boolean {
  if (named(error, 'NamespaceNotFoundError')) return true;
  const cause = grpcCause(error);
  return cause?.code === GRPC.notFound && /namespace/i.test(cause.details);
}

export function isDeadline(error: unknown): boolean {
  return (
    grpcCause(error)?.code === GRPC.deadlineExceeded ||
    named(error, 'WorkflowUpdateRPCTimeoutOrCancelledError', 'WorkflowUpdateRPCTimeoutOrCanceledError')
  );
}

function named(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

export async function unlessMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
