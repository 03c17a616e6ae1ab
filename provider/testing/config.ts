// A configuration that declares a manifest, for tests that give both the same. Promise: every value is where its attribute says, and
// what Terraform has no way to write is named instead of being left out. Never: a default of the provider's.

import { API_VERSION } from '../../crds/api.ts';
import { changedPointers, parseJson, toPointer, valueAt } from '../../crds/json.ts';
import type { ResourceDefinition } from '../../crds/terraform.ts';
import { exactJson } from '../object/exact-json.ts';
import { manifestOf } from '../object/manifest.ts';
import type { ObjectAttribute } from '../schema/attribute.ts';
import { parseNumber } from '../sdk/cty/number.ts';
import type { Type } from '../sdk/cty/type.ts';
import type { Value, ValueMap } from '../sdk/cty/value.ts';
import { isConfigurable, isNested } from '../sdk/schema/schema.ts';

export type Written =
  | { readonly config: ValueMap }
  /** Pointers of what has no attribute or another type. */
  | { readonly inexpressible: readonly string[] };

export function configOf(
  definition: ResourceDefinition,
  attributes: readonly ObjectAttribute[],
  manifest: object,
): Written {
  const unfit: string[] = [];
  const config = valuesOf(attributes, manifest, '', unfit);
  const { manifest: back } = manifestOf(definition, attributes, config);
  const read = { apiVersion: API_VERSION, ...Object(parseJson(exactJson(back))) };
  // Null is how Terraform writes that a thing is left out, so a null is lost too.
  const lost = changedPointers(manifest, read).filter((pointer) => valueAt(manifest, pointer) !== undefined);
  const inexpressible = [...unfit, ...lost];
  return inexpressible.length > 0 ? { inexpressible } : { config };
}

function valuesOf(
  attributes: readonly ObjectAttribute[],
  json: unknown,
  at: string,
  unfit: string[],
): ValueMap {
  return Object.fromEntries(
    attributes.map((attribute) => {
      if (attribute.at === undefined || !isConfigurable(attribute)) return [attribute.name, null];
      const steps = toPointer(attribute.at);
      return [attribute.name, written(attribute.type, valueAt(json, steps), at + steps, unfit)];
    }),
  );
}

function written(type: ObjectAttribute['type'], json: unknown, at: string, unfit: string[]): Value {
  if (json === undefined || json === null) return null;
  const none = (): null => {
    unfit.push(at);
    return null;
  };
  const isObject = typeof json === 'object' && !Array.isArray(json);
  if (isNested(type)) {
    if (type.nesting === 'single') return isObject ? valuesOf(type.attributes, json, at, unfit) : none();
    if (!Array.isArray(json)) return none();
    return json.map((item: unknown, index) =>
      written({ ...type, nesting: 'single' }, item, `${at}/${index}`, unfit),
    );
  }
  if (typeof type === 'string') return primitive(type, json) ?? none();
  if (type.kind === 'list' && Array.isArray(json))
    return json.map((item: unknown, index) => written(type.element, item, `${at}/${index}`, unfit));
  if (type.kind === 'map' && isObject)
    return Object.fromEntries(
      Object.entries(json).map(([key, item]) => [key, written(type.element, item, `${at}/${key}`, unfit)]),
    );
  return none();
}

function primitive(type: Type, json: unknown): Value | undefined {
  if (type === 'string') return typeof json === 'string' ? json : undefined;
  if (type === 'bool') return typeof json === 'boolean' ? json : undefined;
  if (typeof json === 'bigint') return json;
  return typeof json === 'number' ? parseNumber(String(json)) : undefined;
}
