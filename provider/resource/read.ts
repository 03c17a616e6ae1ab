// Reads and upgrades a resource's state. Promise: a missing object is gone, every other failure is an error; what
// was changed elsewhere shows as it is now. Never: the configuration's word for what the controller stores.

import { keyOf, shownAs } from '../object/key.ts';
import { stateOf } from '../object/state.ts';
import { decodeJson } from '../sdk/cty/json.ts';
import { isMap, type ValueMap } from '../sdk/cty/value.ts';
import type { Outcome, ReadRequest } from '../sdk/resource.ts';
import { typeOf } from '../sdk/schema/schema.ts';
import { READ_TIMEOUT_MS, type Session } from '../session.ts';
import { failure } from './failure.ts';
import type { ResourceType } from './resource.ts';
import { withVirtualDefaults } from './virtual.ts';

export async function readResource(
  session: Session,
  { definition, schema }: ResourceType,
  { state, private: kept }: ReadRequest,
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
  return withVirtualDefaults(schema, state);
}
