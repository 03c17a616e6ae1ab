// The three writes, healed where an answer was lost. Promise: a create is made once however often it is sent; what is
// missing and may still come in the same apply is waited for. Never: a refusal tried again otherwise.

import { randomUUID } from 'node:crypto';
import type { ApiObject } from '../../crds/api.ts';
import type { Controller } from '../http/controller.ts';
import { isCode, mayComeLater, RefusedError, UnansweredError } from '../http/errors.ts';
import { backoffMs, beginOperation, type Operation, pause } from '../http/operation.ts';
import type { ExactObject } from '../object/exact-json.ts';
import type { ObjectKey } from '../object/key.ts';
import type { Diagnostic } from '../sdk/diagnostics.ts';
import { waitUntilGone } from './wait.ts';

export interface Write {
  readonly key: ObjectKey;
  readonly manifest: ExactObject;
  /** Whether an object is what this write makes of it. */
  isWritten(object: ApiObject): boolean;
}

export async function createObject(
  controller: Controller,
  operation: Operation,
  write: Write,
): Promise<ApiObject> {
  const idempotencyKey = randomUUID();
  try {
    return await patiently(
      operation,
      async () => await controller.create(operation, write.key, write.manifest, idempotencyKey),
    );
  } catch (error) {
    return (await writtenAfterAll(controller, write, error)) ?? rethrow(error);
  }
}

export async function updateObject(
  controller: Controller,
  operation: Operation,
  write: Write,
  planned: string | undefined,
): Promise<ApiObject> {
  const version = planned ?? (await controller.read(operation, write.key))?.metadata.resourceVersion ?? '';
  try {
    return await patiently(
      operation,
      async () => await controller.update(operation, write.key, write.manifest, version),
    );
  } catch (error) {
    return (await writtenAfterAll(controller, write, error)) ?? rethrow(error);
  }
}

/** Undefined when the object is gone, else what to tell the user. */
export async function deleteObject(
  controller: Controller,
  operation: Operation,
  key: ObjectKey,
  planned: string | undefined,
): Promise<Diagnostic | undefined> {
  const marked = await controller.remove(operation, key, planned).catch(async (error: unknown) => {
    if (!isCode(error, 'StaleResourceVersion')) throw error;
    // The mark itself is a new version: of an attempt whose answer was lost, or of somebody with the same wish.
    const found = await controller.read(operation, key);
    if (found !== undefined && found.metadata.deletionTimestamp === undefined) throw error;
    return found;
  });
  return marked && (await waitUntilGone(controller, operation, key, marked));
}

/** Repeats a write that names something which does not exist yet, until it does or the operation ends. */
async function patiently(operation: Operation, request: () => Promise<ApiObject>): Promise<ApiObject> {
  let missing: unknown;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      // The end of the time says less than what was missing until then.
      if (error instanceof UnansweredError && !error.maybeDone && missing !== undefined) throw missing;
      if (!(error instanceof RefusedError) || !mayComeLater(error.code)) throw error;
      missing = error;
      if (!(await pause(operation, backoffMs(attempt)))) throw error;
    }
  }
}

const LAST_LOOK_MS = 5_000;

/** The object, where an attempt without an answer was carried out all the same. */
async function writtenAfterAll(
  controller: Controller,
  write: Write,
  error: unknown,
): Promise<ApiObject | undefined> {
  const maybeDone =
    (error instanceof UnansweredError && error.maybeDone) ||
    (isCode(error, 'AlreadyExists', 'StaleResourceVersion') && error.afterLostAnswer);
  if (!maybeDone) return undefined;
  // Its own time: the operation may have ended, and an object that nobody knows of is worse than a late answer.
  const lastLook = beginOperation(new AbortController().signal, LAST_LOOK_MS);
  const found = await controller.read(lastLook, write.key).catch(() => undefined);
  return found !== undefined && controller.owns(found) && write.isWritten(found) ? found : undefined;
}

function rethrow(error: unknown): never {
  throw error;
}
