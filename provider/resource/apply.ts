// Carries out what was planned for one resource. Promise: what exists is in the state, even when something failed after it
// was made; what is returned is what was planned. Never: a write that is not the planned one.

import type { ApiObject } from '../../crds/api.ts';
import type { ValueMap } from '../cty/value.ts';
import { type Diagnostic, pathText, problem } from '../diagnostics.ts';
import type { Controller } from '../http/controller.ts';
import type { Operation } from '../http/operation.ts';
import { exactJson } from '../object/exact-json.ts';
import { keyOf, type ObjectKey, shownAs } from '../object/key.ts';
import { manifestOf } from '../object/manifest.ts';
import { stateOf } from '../object/state.ts';
import { REPORT } from '../plan/plan.ts';
import { applyFaults } from '../plan/valid.ts';
import { timeoutMs } from '../schema/timeouts.ts';
import type { Session } from '../session.ts';
import { failure } from './failure.ts';
import type { Outcome, Private, ResourceType } from './resource.ts';
import { waitUntilReady } from './wait.ts';
import { createObject, deleteObject, updateObject, type Write } from './write.ts';

export interface ApplyRequest {
  readonly prior: ValueMap | null;
  /** Null for a deletion. */
  readonly planned: ValueMap | null;
  readonly private: Private;
}

export async function applyResource(
  session: Session,
  type: ResourceType,
  request: ApplyRequest,
): Promise<Outcome> {
  const { prior, planned } = request;
  const refuse = (diagnostics: readonly Diagnostic[]): Outcome => ({
    state: prior,
    private: request.private,
    diagnostics,
  });
  const subject = planned ?? prior;
  const key = subject === null ? undefined : keyOf(type.definition, subject);
  if (session.controller === undefined || subject === null || key === undefined)
    return refuse([
      problem('Nothing can be applied', `The provider or the object's name is not known. ${REPORT}`),
    ]);
  const controller = session.controller;
  session.overlay.forget(key);
  const action = planned === null ? 'delete' : prior === null ? 'create' : 'update';
  const operation = session.begin(timeoutMs(subject, action));
  try {
    if (planned === null) {
      const left = await deleteObject(controller, operation, key, request.private.resourceVersion);
      return left === undefined ? { state: null, private: {}, diagnostics: [] } : refuse([left]);
    }
    const write: Write = {
      key,
      manifest: manifestOf(type.definition, type.schema.attributes, planned).manifest,
      isWritten: (object) => applyFaults(planned, stateIn(type, object, planned)).length === 0,
    };
    if (prior !== null && isSameDeclaration(type, prior, write)) return { ...refuse([]), state: planned };
    const object =
      prior === null
        ? await createObject(controller, operation, write)
        : await updateObject(controller, operation, write, request.private.resourceVersion);
    return await settle({ controller, operation, type, key, planned }, object);
  } catch (error) {
    return refuse(failure(error, type.schema.attributes, `${action} ${shownAs(key)}`));
  }
}

interface Applied {
  readonly controller: Controller;
  readonly operation: Operation;
  readonly type: ResourceType;
  readonly key: ObjectKey;
  readonly planned: ValueMap;
}

/** From here on the object exists, so whatever fails is told beside its state. */
async function settle(
  { controller, operation, type, key, planned }: Applied,
  object: ApiObject,
): Promise<Outcome> {
  const state = stateIn(type, object, planned);
  const faults = applyFaults(planned, state).map(({ path, fault }) =>
    problem('The controller stored something else', `${pathText(path)}: ${fault}. ${REPORT}`, path),
  );
  const trouble = await waitUntilReady(controller, operation, key, object).catch((error: unknown) =>
    failure(error, type.schema.attributes, `read ${shownAs(key)}`),
  );
  return {
    state,
    private: { resourceVersion: object.metadata.resourceVersion },
    diagnostics: [...faults, ...(trouble === undefined ? [] : [trouble].flat())],
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
