// The configuration that a state could have come from, for an import that writes it. Promise: applied as it is, it changes
// nothing. Never: what the provider decides, a default spelled out, or a value that is written only.

import { entryOf, equal, isList, isMap, type Value, type ValueMap } from '../cty/value.ts';
import { type Attribute, isConfigurable, isNested } from '../schema/schema.ts';

export function configurationOf(attributes: readonly Attribute[], state: ValueMap): ValueMap {
  return Object.fromEntries(
    attributes.map((attribute) => [
      attribute.name,
      configured(attribute, entryOf(state, attribute.name) ?? null),
    ]),
  );
}

function configured(attribute: Attribute, value: Value): Value {
  if (!isConfigurable(attribute) || attribute.writeOnly || attribute.deprecated !== undefined) return null;
  if (attribute.default !== undefined && equal(attribute.default, value)) return null;
  const { type } = attribute;
  if (!isNested(type)) return value;
  const inner = (item: Value): Value => (isMap(item) ? configurationOf(type.attributes, item) : item);
  if (isList(value)) return value.map(inner);
  if (type.nesting === 'map' && isMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)]));
  return inner(value);
}
