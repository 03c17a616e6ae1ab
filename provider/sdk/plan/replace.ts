// Finds the attributes whose change means delete and create again. Promise: each path exists in the prior or the planned
// value, which core insists on. Never: a path for a create, where nothing is replaced.

import { entryOf, equal, isList, isMap, type Value, type ValueMap } from '../cty/value.ts';
import type { Path } from '../diagnostics.ts';
import { type Attribute, isNested } from '../schema/schema.ts';

export function replacedBy(
  attributes: readonly Attribute[],
  prior: ValueMap,
  planned: ValueMap,
  at: Path = [],
): Path[] {
  return attributes.flatMap((attribute) => {
    const before = entryOf(prior, attribute.name) ?? null;
    const after = entryOf(planned, attribute.name) ?? null;
    const path = [...at, attribute.name];
    if (equal(before, after)) return [];
    if (attribute.replaces) return [path];
    return isNested(attribute.type) ? replacedInside(attribute.type.attributes, before, after, path) : [];
  });
}

function replacedInside(attributes: readonly Attribute[], before: Value, after: Value, path: Path): Path[] {
  if (isMap(before) && isMap(after)) return replacedBy(attributes, before, after, path);
  if (!isList(before) || !isList(after)) return [];
  return before.flatMap((item, index) =>
    replacedInside(attributes, item, after[index] ?? null, [...path, index]),
  );
}
