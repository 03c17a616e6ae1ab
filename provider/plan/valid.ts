// Core's rules for a plan and for what apply returns, checked here first, so that a mistake of ours is an error that names
// the attribute. Promise: what passes here passes in core. Never: a change of the values.

import { entryOf, equal, isList, isMap, isUnknown, type Value, type ValueMap } from '../cty/value.ts';
import type { Path } from '../diagnostics.ts';
import { type Attribute, isConfigurable, isNested } from '../schema/schema.ts';

export interface Fault {
  readonly path: Path;
  readonly fault: string;
}

/** Where a planned state contradicts the configuration. */
export function planFaults(
  attributes: readonly Attribute[],
  prior: ValueMap | null,
  config: ValueMap,
  planned: ValueMap,
  at: Path = [],
): Fault[] {
  return attributes.flatMap((attribute) => {
    const { name } = attribute;
    const before = prior === null ? null : (entryOf(prior, name) ?? null);
    return attributeFaults(attribute, before, entryOf(config, name) ?? null, entryOf(planned, name) ?? null, [
      ...at,
      name,
    ]);
  });
}

function attributeFaults(
  attribute: Attribute,
  prior: Value,
  config: Value,
  planned: Value,
  path: Path,
): Fault[] {
  if (equal(planned, config)) return [];
  if (config === null) {
    if (attribute.computed) return [];
    return [{ path, fault: 'a value is planned for an attribute that the configuration leaves out' }];
  }
  if (!isConfigurable(attribute)) return [{ path, fault: 'it is computed, and the configuration sets it' }];
  // Keeping the prior value is how a change without meaning is suppressed.
  if (prior !== null && equal(planned, prior)) return [];
  if (isNested(attribute.type)) {
    const { attributes } = attribute.type;
    if (isMap(config) && isMap(planned))
      return planFaults(attributes, isMap(prior) ? prior : null, config, planned, path);
    if (isList(config) && isList(planned) && config.length === planned.length)
      return planned.flatMap((item, index) => {
        const configured = config[index] ?? null;
        if (!isMap(item) || !isMap(configured))
          return equal(item, configured) ? [] : [differs([...path, index])];
        const before = isList(prior) ? prior[index] : null;
        return planFaults(attributes, isMap(before) ? before : null, configured, item, [...path, index]);
      });
  }
  return [differs(path)];
}

const differs = (path: Path): Fault => ({ path, fault: 'the planned value is not the configured one' });

/** Where the state after apply contradicts the plan. */
export function applyFaults(planned: Value, actual: Value, path: Path = []): Fault[] {
  if (isUnknown(actual)) return [{ path, fault: 'it is still unknown after apply' }];
  if (isUnknown(planned)) return isMap(actual) || isList(actual) ? unknownInside(actual, path) : [];
  if (isMap(planned) && isMap(actual)) {
    const keys = new Set([...Object.keys(planned), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => {
      const step = path.length === 0 ? key : { key };
      return applyFaults(entryOf(planned, key) ?? null, entryOf(actual, key) ?? null, [...path, step]);
    });
  }
  if (isList(planned) && isList(actual) && planned.length === actual.length)
    return planned.flatMap((item, index) => applyFaults(item, actual[index] ?? null, [...path, index]));
  return equal(planned, actual) ? [] : [{ path, fault: 'it is not what was planned' }];
}

function unknownInside(actual: ValueMap | readonly Value[], path: Path): Fault[] {
  return isList(actual)
    ? actual.flatMap((item, index) => applyFaults(item, item, [...path, index]))
    : Object.entries(actual).flatMap(([key, item]) => applyFaults(item, item, [...path, { key }]));
}
