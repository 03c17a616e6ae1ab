// Reads one object as a data source. Promise: an object that does not exist is an error that says so; everything is as the
// controller has it now. Never: a change of anything.

import type { ValueMap } from '../cty/value.ts';
import { coded, type Diagnostic } from '../diagnostics.ts';
import { keyOf, shownAs } from '../object/key.ts';
import { stateOf } from '../object/state.ts';
import { failure } from '../resource/failure.ts';
import type { ResourceType } from '../resource/resource.ts';
import { READ_TIMEOUT_MS, type Session } from '../session.ts';

export interface DataAnswer {
  readonly state: ValueMap | null;
  readonly diagnostics: readonly Diagnostic[];
}

export async function readData(
  session: Session,
  { definition, schema }: ResourceType,
  config: ValueMap,
): Promise<DataAnswer> {
  const key = keyOf(definition, config);
  if (key === undefined || session.controller === undefined) {
    const message = "a data source needs the provider's configuration, which is known after apply only";
    return { state: null, diagnostics: [coded('DependencyUnavailable', message)] };
  }
  try {
    const object = await session.controller.read(session.begin(READ_TIMEOUT_MS), key);
    if (object === undefined)
      return { state: null, diagnostics: [coded('NotFound', `${shownAs(key)} does not exist`, ['name'])] };
    return { state: stateOf(definition, schema.attributes, object, null), diagnostics: [] };
  } catch (error) {
    return { state: null, diagnostics: failure(error, schema.attributes, `read ${shownAs(key)}`) };
  }
}
