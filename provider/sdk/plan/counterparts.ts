// Which element of the prior state an element of the configuration was. Promise: an element that moved, or whose neighbours
// were removed, keeps its own computed values and never gets another's; linear times a sort. Never: one past for two elements.

import { canonicalText } from '../cty/set.ts';
import { entryOf, isList, isMap, type Value } from '../cty/value.ts';
import { type Attribute, isNested, type NestedType } from '../schema/schema.ts';

/** For each element of the configuration its prior one; undefined where it is new. */
export function counterparts(
  { nesting, attributes }: NestedType,
  prior: readonly Value[],
  config: readonly Value[],
): readonly (Value | undefined)[] {
  if (prior.length === 0) return [];
  const free = Map.groupBy(
    prior.map((item, at) => ({ item, at, key: configuredText(attributes, item) })),
    ({ key }) => key,
  );
  const keys = config.map((item) => configuredText(attributes, item));
  const taken = new Set<number>();
  const same = keys.map((key, index) => {
    const candidates = free.get(key) ?? [];
    const found =
      candidates.find(({ at }) => at === index && !taken.has(at)) ??
      candidates.find(({ at }) => !taken.has(at));
    if (found === undefined) return undefined;
    taken.add(found.at);
    return found;
  });
  return same.map((found, index) => {
    if (found !== undefined) return found.item;
    // An element that was edited in place is still the one at its position, if nobody else came from there.
    if (nesting !== 'list' || prior.length !== config.length || taken.has(index)) return undefined;
    return prior[index];
  });
}

/** What the configuration alone decides about an element. */
function configuredText(attributes: readonly Attribute[], item: Value): string {
  return canonicalText(configured(attributes, item));
}

function configured(attributes: readonly Attribute[], item: Value): Value {
  if (!isMap(item)) return item;
  return Object.fromEntries(
    attributes
      .filter(({ computed, writeOnly }) => !computed && !writeOnly)
      .map(({ name, type }) => {
        const value = entryOf(item, name) ?? null;
        if (!isNested(type)) return [name, value];
        if (isList(value)) return [name, value.map((inner) => configured(type.attributes, inner))];
        return [name, type.nesting === 'single' ? configured(type.attributes, value) : value];
      }),
  );
}
