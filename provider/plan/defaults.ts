// Fills in what the configuration leaves out: defaults, and unknowns for what the controller will decide. Promise: the
// result is a plan that core accepts, deep in nested objects too. Never: a default where the configuration says something.

import { entryOf, isList, isMap, UNKNOWN_NOT_NULL, type Value, type ValueMap } from '../cty/value.ts';
import { type Attribute, isNested, type NestedType } from '../schema/schema.ts';

export interface Filling {
  /** Null when the object (or the nested object) does not exist yet. */
  readonly prior: ValueMap | null;
  readonly config: ValueMap;
  /** Core's merge: the configuration, and the prior value of what is computed. */
  readonly proposed: ValueMap;
}

export function fillIn(attributes: readonly Attribute[], { prior, config, proposed }: Filling): ValueMap {
  return Object.fromEntries(
    attributes.map((attribute) => {
      const { name } = attribute;
      const filled = fillAttribute(attribute, {
        prior: prior === null ? undefined : (entryOf(prior, name) ?? null),
        config: entryOf(config, name) ?? null,
        proposed: entryOf(proposed, name) ?? null,
      });
      return [name, filled];
    }),
  );
}

interface FillingOfOne {
  /** Undefined when what is around it does not exist yet. */
  readonly prior: Value | undefined;
  readonly config: Value;
  readonly proposed: Value;
}

function fillAttribute(attribute: Attribute, { prior, config, proposed }: FillingOfOne): Value {
  if (config === null && attribute.computed) {
    // Taking an attribute out of the configuration resets it, so the default wins over the prior value.
    if (attribute.default !== undefined) return attribute.default;
    return prior === undefined ? UNKNOWN_NOT_NULL : prior;
  }
  return isNested(attribute.type) ? fillNested(attribute.type, prior, config, proposed) : proposed;
}

function fillNested(type: NestedType, prior: Value | undefined, config: Value, proposed: Value): Value {
  if (type.nesting === 'single' && isMap(config) && isMap(proposed))
    return fillIn(type.attributes, { prior: isMap(prior) ? prior : null, config, proposed });
  if (type.nesting === 'list' && isList(config) && isList(proposed) && config.length === proposed.length)
    return proposed.map((item, at) => {
      const configItem = config[at];
      if (!isMap(item) || !isMap(configItem)) return item;
      const priorItem = isList(prior) ? prior[at] : undefined;
      return fillIn(type.attributes, {
        prior: isMap(priorItem) ? priorItem : null,
        config: configItem,
        proposed: item,
      });
    });
  return proposed;
}
