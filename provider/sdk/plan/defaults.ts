// Fills in what the configuration leaves out: defaults, what stays as it was, and unknowns for what the provider decides
// anew. Promise: the result is a plan that core accepts, deep in nested objects too; and where nothing else changes it is the
// prior state itself. Never: a default where the configuration says something.

import { asSet } from '../cty/set.ts';
import {
  entryOf,
  isList,
  isMap,
  UNKNOWN,
  UNKNOWN_NOT_NULL,
  type Value,
  type ValueMap,
} from '../cty/value.ts';
import { meansSame } from '../schema/equivalence.ts';
import { type Attribute, isNested, type NestedType } from '../schema/schema.ts';
import { counterparts } from './counterparts.ts';

export interface Filling {
  /** Null when the object (or the nested object) does not exist yet. */
  readonly prior: ValueMap | null;
  readonly config: ValueMap;
  /** Core's merge: the configuration, and the prior value of what is computed. */
  readonly proposed: ValueMap;
}

/** `changes`: whether apply will have something to do, so that what is computed and not stable may come out anew. */
export function fillIn(
  attributes: readonly Attribute[],
  { prior, config, proposed }: Filling,
  changes: boolean,
): ValueMap {
  return Object.fromEntries(
    attributes.map((attribute) => {
      const { name } = attribute;
      const one = {
        prior: prior === null ? undefined : (entryOf(prior, name) ?? null),
        config: entryOf(config, name) ?? null,
        proposed: entryOf(proposed, name) ?? null,
      };
      const filled = fillAttribute(attribute, one, changes);
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

function fillAttribute(
  attribute: Attribute,
  { prior, config, proposed }: FillingOfOne,
  changes: boolean,
): Value {
  if (attribute.writeOnly) return null;
  if (config === null && attribute.computed) {
    // Taking an attribute out of the configuration resets it, so the default wins over the prior value.
    if (attribute.default !== undefined) return attribute.default;
    if (prior !== undefined && (!changes || attribute.stable)) return prior;
    return attribute.nullable ? UNKNOWN : UNKNOWN_NOT_NULL;
  }
  if (isNested(attribute.type)) return fillNested(attribute.type, { prior, config, proposed }, changes);
  // Core takes the configuration's value or the prior one, never a mixture of both.
  const { equivalent } = attribute;
  return equivalent && prior !== undefined && meansSame(equivalent, prior, proposed) ? prior : proposed;
}

function fillNested(type: NestedType, { prior, config, proposed }: FillingOfOne, changes: boolean): Value {
  const { nesting, attributes } = type;
  const fill = (
    before: Value | undefined,
    configured: Value | undefined,
    item: Value,
    using = attributes,
  ): Value =>
    isMap(item) && isMap(configured)
      ? fillIn(using, { prior: isMap(before) ? before : null, config: configured, proposed: item }, changes)
      : item;
  if (nesting === 'single') return fill(prior, config, proposed);
  if (nesting === 'map')
    return isMap(config) && isMap(proposed)
      ? Object.fromEntries(
          Object.entries(proposed).map(([key, item]) => [
            key,
            fill(isMap(prior) ? entryOf(prior, key) : undefined, entryOf(config, key), item),
          ]),
        )
      : proposed;
  if (!isList(config) || !isList(proposed)) return proposed;
  // Core merges by position for a list and by likeness for a set; elements move, so each is matched with its own past here.
  const past = isList(prior) ? prior : [];
  const before = counterparts(type, past, config);
  const filled = config.map((item, at) => {
    // Core lets a prior spelling stand only where it finds it, which is by position.
    const stays = nesting === 'list' && before[at] === past[at];
    return fill(before[at], item, item, stays ? attributes : attributes.map(asWritten));
  });
  return nesting === 'set' ? asSet(filled) : filled;
}

function asWritten({ equivalent: _equivalent, ...attribute }: Attribute): Attribute {
  return attribute;
}
