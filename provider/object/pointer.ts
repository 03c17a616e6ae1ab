// From a JSON pointer of a finding to the attribute it is about. Promise: the deepest attribute that the pointer reaches;
// empty when it is about the object as a whole. Never: a path that core could not resolve in a configuration.

import { fromPointer } from '../../crds/json.ts';
import type { ObjectAttribute } from '../schema/attribute.ts';
import type { Path } from '../sdk/diagnostics.ts';
import { isConfigurable, isNested } from '../sdk/schema/schema.ts';

export function pathOf(attributes: readonly ObjectAttribute[], pointer: string): Path {
  return pathOfSteps(attributes, fromPointer(pointer));
}

function pathOfSteps(attributes: readonly ObjectAttribute[], steps: readonly string[]): Path {
  const attribute = attributes.find(
    (candidate) =>
      candidate.at !== undefined &&
      isConfigurable(candidate) &&
      candidate.at.every((step, index) => step === steps[index]),
  );
  if (attribute?.at === undefined) return [];
  return [attribute.name, ...pathInside(attribute, steps.slice(attribute.at.length))];
}

function pathInside({ type }: ObjectAttribute, steps: readonly string[]): Path {
  const [first, ...rest] = steps;
  if (first === undefined) return [];
  if (isNested(type)) {
    if (type.nesting === 'single') return pathOfSteps(type.attributes, steps);
    return /^\d+$/.test(first) ? [Number(first), ...pathOfSteps(type.attributes, rest)] : [];
  }
  if (typeof type === 'string') return [];
  if (type.kind === 'list') return /^\d+$/.test(first) ? [Number(first)] : [];
  return type.kind === 'map' ? [{ key: first }] : [];
}
