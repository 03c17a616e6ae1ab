// From Terraform values to the manifest of an object. Promise: null is left out, empty stays empty, zero stays zero; an
// unknown leaf is left out and listed by its JSON pointer. Never: an attribute that only the controller sets.

import { toPointer } from '../../crds/json.ts';
import type { ResourceDefinition } from '../../crds/terraform.ts';
import type { ObjectAttribute } from '../schema/attribute.ts';
import { Decimal, entryOf, isList, isMap, isUnknown, type Value, type ValueMap } from '../sdk/cty/value.ts';
import { isConfigurable, isNested } from '../sdk/schema/schema.ts';
import { type Exact, type ExactObject, isExactObject } from './exact-json.ts';

export interface PartialManifest {
  readonly manifest: ExactObject;
  /** JSON pointers of what the manifest leaves out because it is not known yet. */
  readonly unknown: readonly string[];
}

export function manifestOf(
  definition: ResourceDefinition,
  attributes: readonly ObjectAttribute[],
  state: ValueMap,
): PartialManifest {
  const unknown: string[] = [];
  const body = placed(attributes, state, [], unknown);
  return { manifest: { kind: definition.kind, metadata: {}, spec: {}, ...body }, unknown };
}

/** The fields of a request, each where its attribute says; what is null is left out. The values are known. */
export function manifestFields(attributes: readonly ObjectAttribute[], values: ValueMap): ExactObject {
  return placed(attributes, values, [], []);
}

type Location = readonly (string | number)[];

/** The object that the attributes make, each put where it stands. */
function placed(
  attributes: readonly ObjectAttribute[],
  values: ValueMap,
  at: Location,
  unknown: string[],
): ExactObject {
  const object: Record<string, Exact> = {};
  for (const attribute of attributes) {
    const value = entryOf(values, attribute.name) ?? null;
    if (attribute.at === undefined || !isConfigurable(attribute) || value === null) continue;
    const exact = exactOf(attribute, value, [...at, ...attribute.at], unknown);
    if (exact !== undefined) put(object, attribute.at, exact);
  }
  return object;
}

function put(object: Record<string, Exact>, at: readonly string[], value: Exact): void {
  const [step = '', ...rest] = at;
  if (rest.length === 0) {
    object[step] = value;
    return;
  }
  const inner = object[step];
  const holder: Record<string, Exact> = isExactObject(inner) ? { ...inner } : {};
  put(holder, rest, value);
  object[step] = holder;
}

function exactOf(
  attribute: ObjectAttribute,
  value: Value,
  at: Location,
  unknown: string[],
): Exact | undefined {
  if (!isNested(attribute.type)) return plain(value, at, unknown);
  const { attributes } = attribute.type;
  if (isMap(value)) return placed(attributes, value, at, unknown);
  // Without one element the others would move to other positions, so the list is unknown as a whole.
  if (isList(value) && value.every(isMap))
    return value.map((item, index) => placed(attributes, item, [...at, index], unknown));
  unknown.push(toPointer(at));
  return undefined;
}

function plain(value: Value, at: Location, unknown: string[]): Exact | undefined {
  if (isUnknown(value) || (isList(value) && value.some(isUnknown))) {
    unknown.push(toPointer(at));
    return undefined;
  }
  if (isList(value)) return value.map((item, index) => plain(item, [...at, index], unknown) ?? null);
  if (isMap(value))
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => {
        const exact = plain(item, [...at, key], unknown);
        return exact === undefined || exact === null ? [] : [[key, exact]];
      }),
    );
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint' || value instanceof Decimal) return value;
  throw new TypeError('a value of dynamic type has no place in a manifest');
}
