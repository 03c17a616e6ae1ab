// Reads, imports and upgrades a resource's state. Promise: a missing object is gone, every other failure is an error; what
// was changed elsewhere shows as it is now. Never: the configuration's word for what the controller stores.

import { decodeJson } from '../cty/json.ts';
import { isMap, type ValueMap } from '../cty/value.ts';
import { problem } from '../diagnostics.ts';
import { idOf, keyOf, parseId, shownAs } from '../object/key.ts';
import { stateOf } from '../object/state.ts';
import { typeOf } from '../schema/schema.ts';
import { READ_TIMEOUT_MS, type Session } from '../session.ts';
import { failure } from './failure.ts';
import type { Outcome, Private, ResourceType } from './resource.ts';

export async function readResource(
  session: Session,
  { definition, schema }: ResourceType,
  state: ValueMap,
  kept: Private,
): Promise<Outcome> {
  const key = keyOf(definition, state);
  // Without a known configuration the last state is the best that is known; configuring warned about it.
  if (key === undefined || session.controller === undefined) return { state, private: kept, diagnostics: [] };
  session.noteInState(key);
  try {
    const object = await session.controller.read(session.begin(READ_TIMEOUT_MS), key);
    if (object === undefined) return { state: null, private: {}, diagnostics: [] };
    return {
      state: stateOf(definition, schema.attributes, object, state),
      private: { resourceVersion: object.metadata.resourceVersion },
      diagnostics: [],
    };
  } catch (error) {
    return { state, private: kept, diagnostics: failure(error, schema.attributes, `read ${shownAs(key)}`) };
  }
}

/** A state of nothing but the key; core reads the rest. Ownership stays where it is. */
export function importResource({ definition, schema }: ResourceType, id: string): Outcome {
  const key = parseId(definition, id);
  if (key === undefined) {
    const form = definition.scope === 'org' ? 'org/name, e.g. "acme/triage"' : 'name, e.g. "acme"';
    const detail = `"${id}" is not the id of a ${definition.kind}. Import it by ${form}.`;
    return { state: null, private: {}, diagnostics: [problem('The import id has the wrong form', detail)] };
  }
  const nothing = Object.fromEntries(schema.attributes.map(({ name }) => [name, null]));
  const org = key.org === undefined ? {} : { org: key.org };
  return {
    state: { ...nothing, ...org, name: key.name, id: idOf(definition, key) },
    private: {},
    diagnostics: [],
  };
}

/** Any version's stored state in the shape of this one: what is new is null, what is no more is dropped. */
export function upgradeState(
  session: Session,
  { definition, schema }: ResourceType,
  json: Uint8Array,
): ValueMap {
  const state = decodeJson(json, typeOf(schema.attributes));
  if (!isMap(state)) throw new TypeError('a stored state must be an object');
  const key = keyOf(definition, state);
  if (key !== undefined) session.noteInState(key);
  return state;
}
