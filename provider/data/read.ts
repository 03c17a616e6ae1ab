// Reads one object, or a list of them, as a data source. Promise: an object that does not exist is an error that says so;
// everything is as the controller has it now. Never: a change of anything.

import type { ResourceDefinition } from '../../crds/terraform.ts';
import { coded } from '../coded.ts';
import { objectsAsked } from '../list/objects.ts';
import { keyOf, shownAs } from '../object/key.ts';
import { stateOf } from '../object/state.ts';
import { failure } from '../resource/failure.ts';
import type { ObjectSchema } from '../schema/attribute.ts';
import type { ValueMap } from '../sdk/cty/value.ts';
import type { Diagnostic } from '../sdk/diagnostics.ts';
import { isNested } from '../sdk/schema/schema.ts';
import { READ_TIMEOUT_MS, type Session } from '../session.ts';

export interface DataType {
  readonly definition: ResourceDefinition;
  readonly schema: ObjectSchema;
}

export interface DataAnswer {
  readonly state: ValueMap | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads every object of a kind whose labels match. */
export async function readList(
  session: Session,
  { definition, schema }: DataType,
  config: ValueMap,
): Promise<DataAnswer> {
  const { controller } = session;
  if (controller === undefined) return notConfigured();
  const items = schema.attributes.find(({ name }) => name === 'items');
  if (items === undefined || !isNested(items.type)) throw new TypeError('the schema of a list has no items');
  const { attributes } = items.type;
  try {
    const objects = await objectsAsked(controller, session, definition, config);
    const found = objects.map((object) => stateOf(definition, attributes, object, null));
    return { state: { ...config, items: found }, diagnostics: [] };
  } catch (error) {
    return { state: null, diagnostics: failure(error, schema.attributes, `list ${definition.plural}`) };
  }
}

function notConfigured(): DataAnswer {
  const message = "a data source needs the provider's configuration, which is known after apply only";
  return { state: null, diagnostics: [coded('DependencyUnavailable', message)] };
}

export async function readData(
  session: Session,
  { definition, schema }: DataType,
  config: ValueMap,
): Promise<DataAnswer> {
  const key = keyOf(definition, config);
  if (key === undefined || session.controller === undefined) return notConfigured();
  try {
    const object = await session.controller.read(session.begin(READ_TIMEOUT_MS), key);
    if (object === undefined)
      return { state: null, diagnostics: [coded('NotFound', `${shownAs(key)} does not exist`, ['name'])] };
    return { state: stateOf(definition, schema.attributes, object, null), diagnostics: [] };
  } catch (error) {
    return { state: null, diagnostics: failure(error, schema.attributes, `read ${shownAs(key)}`) };
  }
}
