// Waits until the controller has put a write into effect, or has finished a deletion. Promise: ends at the operation's
// deadline, at Terraform's stop and at an error that will not go away; the reason names the condition to blame.

import type { ApiObject } from '../../crds/api.ts';
import { errors, isErrorCode } from '../../crds/errors.ts';
import { sentence } from '../coded.ts';
import type { Controller } from '../http/controller.ts';
import { mayComeLater } from '../http/errors.ts';
import { backoffMs, endedBecause, type Operation, pause } from '../http/operation.ts';
import { type ObjectKey, shownAs } from '../object/key.ts';
import { conditionNamed, isReady } from '../object/ready.ts';
import { type Diagnostic, problem } from '../sdk/diagnostics.ts';

/** Undefined when the object that was written is ready, else what to tell the user. Throws as the controller's read does. */
export async function waitUntilReady(
  controller: Controller,
  operation: Operation,
  key: ObjectKey,
  written: ApiObject,
): Promise<Diagnostic | undefined> {
  const { generation, uid } = written.metadata;
  let latest = written;
  for (let attempt = 0; !isReady(latest, generation); attempt += 1) {
    if (isStuck(latest, generation))
      return notReady(key, latest, 'The controller gave up on it until it is changed');
    if (!(await pause(operation, backoffMs(attempt)))) return notReady(key, latest, endedBecause(operation));
    const found = await unlessEnded(operation, async () => await controller.read(operation, key));
    if (found === 'ended') return notReady(key, latest, endedBecause(operation));
    if (found?.metadata.uid !== uid)
      return problem(
        `The ${shownAs(key)} is gone`,
        'It was deleted elsewhere while the provider waited for it.',
      );
    latest = found;
  }
  return undefined;
}

/** Undefined when the object is gone, else what to tell the user. */
export async function waitUntilGone(
  controller: Controller,
  operation: Operation,
  key: ObjectKey,
  marked: ApiObject,
): Promise<Diagnostic | undefined> {
  let latest = marked;
  for (let attempt = 0; ; attempt += 1) {
    if (!(await pause(operation, backoffMs(attempt)))) return notGone(key, latest, operation);
    const found = await unlessEnded(operation, async () => await controller.read(operation, key));
    if (found === 'ended') return notGone(key, latest, operation);
    // Another object of the same name is not the one that was deleted.
    if (found?.metadata.uid !== marked.metadata.uid) return undefined;
    latest = found;
  }
}

async function unlessEnded<T>(operation: Operation, request: () => Promise<T>): Promise<T | 'ended'> {
  try {
    return await request();
  } catch (error) {
    if (operation.signal.aborted) return 'ended';
    throw error;
  }
}

function isStuck(object: ApiObject, generation: number): boolean {
  const stalled = conditionNamed(object, 'Stalled');
  if (stalled?.status !== 'True' || object.status.observedGeneration < generation) return false;
  // The controller goes on with what is contested, and it may be over before the operation is.
  if (stalled.reason === 'Contested') return false;
  return !(isErrorCode(stalled.reason) && mayComeLater(stalled.reason));
}

function notReady(key: ObjectKey, object: ApiObject, because: string): Diagnostic {
  return problem(
    `The ${shownAs(key)} is not ready`,
    `${because}, and it is stored but not in effect. ${conditionText(object)}`,
  );
}

function notGone(key: ObjectKey, object: ApiObject, operation: Operation): Diagnostic {
  return problem(
    `The ${shownAs(key)} is not deleted yet`,
    `${endedBecause(operation)}, and it is marked for deletion but still there. ${conditionText(object)}`,
  );
}

function conditionText(object: ApiObject): string {
  const ready = conditionNamed(object, 'Ready') ?? object.status.conditions[0];
  if (ready === undefined) return 'The controller has not looked at it yet.';
  const remedy = isErrorCode(ready.reason) ? `\n\n${errors[ready.reason].remedy}` : '';
  const message = ready.message === '' ? '' : ` ${sentence(ready.message)}`;
  return `Its condition ${ready.type} is ${ready.status} with reason ${ready.reason}.${message}${remedy}`;
}
