// Carries out what was planned for one resource. Promise: what exists is in the state, even when something failed after it
// was made; what is returned is what was planned. Never: a write that is not the planned one.

import type { ApiObject } from '../../crds/api.ts';
import type { Controller } from '../http/controller.ts';
import type { Operation } from '../http/operation.ts';
import { exactJson } from '../object/exact-json.ts';
import { keyOf, type ObjectKey, shownAs } from '../object/key.ts';
import { manifestOf } from '../object/manifest.ts';
import { stateOf } from '../object/state.ts';
import { timeoutMs } from '../schema/timeouts.ts';
import type { ValueMap } from '../sdk/cty/value.ts';
import { type Diagnostic, problem } from '../sdk/diagnostics.ts';
import { REPORT } from '../sdk/plan/plan.ts';
import { applyFaults } from '../sdk/plan/valid.ts';
import type { DeleteRequest, Outcome, Private, UpdateRequest, WriteRequest } from '../sdk/resource.ts';
import { typeOf } from '../sdk/schema/schema.ts';
import type { Session } from '../session.ts';
import { failure } from './failure.ts';
import { isProtected, protectedFault } from './plan.ts';
import type { ResourceType } from './resource.ts';
import { waitUntilReady } from './wait.ts';
import { createObject, deleteObject, updateObject, type Write } from './write.ts';

export async function createResource(
  session: Session,
  type: ResourceType,
  { planned, private: kept }: WriteRequest,
): Promise<Outcome> {
  return await attempt(session, type, 'create', { subject: planned, prior: null, kept }, async (to) => {
    const object = await createObject(to.controller, to.operation, writeOf(type, to.key, planned));
    return await settle(to, type, planned, object);
  });
}

export async function updateResource(
  session: Session,
  type: ResourceType,
  { prior, planned, private: kept }: UpdateRequest,
): Promise<Outcome> {
  return await attempt(session, type, 'update', { subject: planned, prior, kept }, async (to) => {
    const write = writeOf(type, to.key, planned);
    if (isSameDeclaration(type, prior, write)) return { state: planned, private: kept, diagnostics: [] };
    const object = await updateObject(to.controller, to.operation, write, kept.resourceVersion);
    return await settle(to, type, planned, object);
  });
}

export async function deleteResource(
  session: Session,
  type: ResourceType,
  { prior, private: kept }: DeleteRequest,
): Promise<Outcome> {
  return await attempt(session, type, 'delete', { subject: prior, prior, kept }, async (to) => {
    if (isProtected(prior))
      return { state: prior, private: kept, diagnostics: [protectedFault(shownAs(to.key))] };
    const left = await deleteObject(to.controller, to.operation, to.key, kept.resourceVersion);
    return left === undefined
      ? { state: null, private: {}, diagnostics: [] }
      : { state: prior, private: kept, diagnostics: [left] };
  });
}

interface Attempted {
  readonly subject: ValueMap;
  /** What stays in the state when nothing could be done. */
  readonly prior: ValueMap | null;
  readonly kept: Private;
}

interface Target {
  readonly controller: Controller;
  readonly operation: Operation;
  readonly key: ObjectKey;
}

async function attempt(
  session: Session,
  type: ResourceType,
  action: 'create' | 'update' | 'delete',
  { subject, prior, kept }: Attempted,
  carryOut: (target: Target) => Promise<Outcome>,
): Promise<Outcome> {
  const refuse = (diagnostics: readonly Diagnostic[]) => ({ state: prior, private: kept, diagnostics });
  const key = keyOf(type.definition, subject);
  const { controller } = session;
  if (controller === undefined || key === undefined)
    return refuse([
      problem('Nothing can be applied', `The provider or the object's name is not known. ${REPORT}`),
    ]);
  session.overlay.forget(key);
  try {
    return await carryOut({ controller, operation: session.begin(timeoutMs(subject, action)), key });
  } catch (error) {
    return refuse(failure(error, type.schema.attributes, `${action} ${shownAs(key)}`));
  }
}

function writeOf(type: ResourceType, key: ObjectKey, planned: ValueMap): Write {
  return {
    key,
    manifest: manifestOf(type.definition, type.schema.attributes, planned).manifest,
    isWritten: (object) =>
      applyFaults(typeOf(type.schema.attributes), planned, stateIn(type, object, planned)).length === 0,
  };
}

/** From here on the object exists, so whatever fails is told beside its state. */
async function settle(
  { controller, operation, key }: Target,
  type: ResourceType,
  planned: ValueMap,
  object: ApiObject,
): Promise<Outcome> {
  const trouble = await waitUntilReady(controller, operation, key, object).catch((error: unknown) =>
    failure(error, type.schema.attributes, `read ${shownAs(key)}`),
  );
  return {
    state: stateIn(type, object, planned),
    private: { resourceVersion: object.metadata.resourceVersion },
    diagnostics: trouble === undefined ? [] : [trouble].flat(),
  };
}

const stateIn = ({ definition, schema }: ResourceType, object: ApiObject, planned: ValueMap): ValueMap =>
  stateOf(definition, schema.attributes, object, planned);

/** A change of what only this provider knows, such as a timeout, needs no write. */
function isSameDeclaration(
  { definition, schema }: ResourceType,
  prior: ValueMap,
  { manifest }: Write,
): boolean {
  return exactJson(manifestOf(definition, schema.attributes, prior).manifest) === exactJson(manifest);
}
