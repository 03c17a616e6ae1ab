// From an object of the controller to Terraform values. Promise: absent is null, and where the controller does not tell
// null from empty, the spelling that the user chose stays. Never: a field that the schema does not have.

import type { ApiObject } from '../../crds/api.ts';
import { toPointer, valueAt } from '../../crds/json.ts';
import type { ResourceDefinition } from '../../crds/terraform.ts';
import type { ObjectAttribute, ObjectNestedType } from '../schema/attribute.ts';
import { parseNumber } from '../sdk/cty/number.ts';
import { normalize } from '../sdk/cty/text.ts';
import type { Type } from '../sdk/cty/type.ts';
import { entryOf, isMap, type Value, type ValueMap } from '../sdk/cty/value.ts';
import { respelled } from '../sdk/schema/equivalence.ts';
import { isNested } from '../sdk/schema/schema.ts';
import { idOf } from './key.ts';
import { isReady } from './ready.ts';

/** `spelling` is what is planned or was read before: it decides between null and empty, and holds what has no object field. */
export function stateOf(
  definition: ResourceDefinition,
  attributes: readonly ObjectAttribute[],
  object: ApiObject,
  spelling: ValueMap | null,
): ValueMap {
  const derived: ValueMap = { id: idOf(definition, object.metadata), ready: isReady(object) };
  return Object.fromEntries(
    attributes.map((attribute) => {
      const before = spelling === null ? null : (entryOf(spelling, attribute.name) ?? null);
      if (attribute.at === undefined) return [attribute.name, entryOf(derived, attribute.name) ?? before];
      return [attribute.name, inWordsOf(before, attribute, attributeValue(attribute, object))];
    }),
  );
}

/** Read in the user's words where the object means the same. */
function inWordsOf(spelling: Value, attribute: ObjectAttribute, value: Value): Value {
  const isEmpty = isMap(value) && Object.keys(value).length === 0;
  if (attribute.emptyIsNull && isEmpty && spelling === null) return null;
  return attribute.equivalent === undefined ? value : respelled(attribute.equivalent, spelling, value);
}

function attributeValue({ at = [], type, default: fallback = null }: ObjectAttribute, json: unknown): Value {
  const found = valueAt(json, toPointer(at));
  // What an older version of the controller stored without a field has its default all the same.
  if (found === undefined || found === null) return fallback;
  return isNested(type) ? nestedValue(type, found) : plainValue(type, found);
}

function nestedValue({ nesting, attributes }: ObjectNestedType, json: unknown): Value {
  const object = (item: unknown): ValueMap =>
    Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeValue(attribute, item)]));
  if (nesting === 'single') return object(json);
  return Array.isArray(json) ? json.map(object) : unfit('list', json);
}

function plainValue(type: Type, json: unknown): Value {
  if (json === null || json === undefined) return null;
  if (type === 'string') return typeof json === 'string' ? normalize(json) : unfit(type, json);
  if (type === 'bool') return typeof json === 'boolean' ? json : unfit(type, json);
  if (type === 'number') {
    if (typeof json === 'bigint') return json;
    return typeof json === 'number' ? parseNumber(String(json)) : unfit(type, json);
  }
  if (typeof type === 'object' && type.kind === 'list' && Array.isArray(json))
    return json.map((item) => plainValue(type.element, item));
  if (typeof type === 'object' && type.kind === 'map' && typeof json === 'object')
    return Object.fromEntries(
      Object.entries(json).map(([key, item]) => [normalize(key), plainValue(type.element, item)]),
    );
  return unfit(typeof type === 'string' ? type : type.kind, json);
}

function unfit(wanted: string, json: unknown): never {
  throw new TypeError(`the controller answered with a ${typeof json} where the schema has a ${wanted}`);
}
