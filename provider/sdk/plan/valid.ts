// Core's rules for a plan and for what apply returns, checked here first, so that a mistake of ours is an error that names
// the attribute. Promise: what passes here passes in core. Never: a change of the values.

import { broken } from '../cty/refinements.ts';
import type { Type } from '../cty/type.ts';
import {
  Dynamic,
  entryOf,
  equal,
  isList,
  isMap,
  isUnknown,
  isWhollyKnown,
  type Value,
  type ValueMap,
} from '../cty/value.ts';
import type { Path } from '../diagnostics.ts';
import { type Attribute, isConfigurable, isNested, type NestedType } from '../schema/schema.ts';

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
  if (attribute.writeOnly)
    return planned === null ? [] : [{ path, fault: 'a value is planned for a write-only attribute' }];
  if (equal(planned, config)) return [];
  if (config === null) {
    if (attribute.computed) return [];
    return [{ path, fault: 'a value is planned for an attribute that the configuration leaves out' }];
  }
  if (!isConfigurable(attribute)) return [{ path, fault: 'it is computed, and the configuration sets it' }];
  // Keeping the prior value is how a change without meaning is suppressed.
  if (prior !== null && equal(planned, prior)) return [];
  if (isNested(attribute.type)) return nestedFaults(attribute.type, prior, config, planned, path);
  return [differs(path)];
}

function nestedFaults(
  { nesting, attributes }: NestedType,
  prior: Value,
  config: Value,
  planned: Value,
  path: Path,
): Fault[] {
  const inner = (before: Value | undefined, configured: Value, item: Value, itemPath: Path): Fault[] =>
    isMap(item) && isMap(configured)
      ? planFaults(attributes, isMap(before) ? before : null, configured, item, itemPath)
      : equal(item, configured)
        ? []
        : [differs(itemPath)];
  if (nesting === 'single') return inner(prior, config, planned, path);
  if (nesting === 'map' && isMap(config) && isMap(planned))
    return Object.keys({ ...config, ...planned }).flatMap((key) =>
      inner(
        isMap(prior) ? entryOf(prior, key) : null,
        entryOf(config, key) ?? null,
        entryOf(planned, key) ?? null,
        [...path, { key }],
      ),
    );
  if (!isList(config) || !isList(planned)) return [differs(path)];
  // Elements of a set have no address by which plan and configuration could be compared.
  if (nesting === 'set') return planned.length > config.length ? [differs(path)] : [];
  if (config.length !== planned.length) return [differs(path)];
  return planned.flatMap((item, index) =>
    inner(isList(prior) ? prior[index] : null, config[index] ?? null, item, [...path, index]),
  );
}

const differs = (path: Path): Fault => ({ path, fault: 'the planned value is not the configured one' });

/** Where the state after apply contradicts the plan; both are of the type. */
export function applyFaults(type: Type, planned: Value, actual: Value, path: Path = []): Fault[] {
  if (isUnknown(actual)) return [{ path, fault: 'it is still unknown after apply' }];
  if (isUnknown(planned)) {
    const fault = broken(planned, actual);
    return fault === undefined
      ? unknownInside(actual, path)
      : [{ path, fault: `${fault}, which the plan ruled out` }];
  }
  if (typeof type !== 'string' && isMap(planned) && isMap(actual)) {
    return Object.keys({ ...planned, ...actual }).flatMap((key) =>
      applyFaults(memberType(type, key), entryOf(planned, key) ?? null, entryOf(actual, key) ?? null, [
        ...path,
        type.kind === 'object' ? key : { key },
      ]),
    );
  }
  if (typeof type !== 'string' && isList(planned) && isList(actual)) {
    // While parts are unknown, nobody can say which element became which; some may have become the same.
    if (type.kind === 'set' && !isWhollyKnown(planned))
      return actual.length > planned.length ? [changed(path)] : unknownInside(actual, path);
    if (planned.length !== actual.length) return [changed(path)];
    return planned.flatMap((item, index) =>
      applyFaults(memberType(type, index), item, actual[index] ?? null, [...path, index]),
    );
  }
  if (planned instanceof Dynamic && actual instanceof Dynamic)
    return applyFaults(actual.type, planned.value, actual.value, path);
  return equal(planned, actual) ? [] : [changed(path)];
}

const changed = (path: Path): Fault => ({ path, fault: 'it is not what was planned' });

function memberType(type: Exclude<Type, string>, member: string | number): Type {
  if (type.kind === 'object') return type.attributes[member] ?? 'dynamic';
  return type.kind === 'tuple' ? (type.elements[Number(member)] ?? 'dynamic') : type.element;
}

function unknownInside(actual: Value, path: Path): Fault[] {
  return isWhollyKnown(actual) ? [] : [{ path, fault: 'a part of it is still unknown after apply' }];
}
