// What an object's status says. Promise: ready means that the controller has seen the latest generation and put it into
// effect, not that an older one was.

import type { ApiObject, Condition } from '../../crds/api.ts';

export function conditionNamed(object: ApiObject, type: Condition['type']): Condition | undefined {
  return object.status.conditions.find((condition) => condition.type === type);
}

/** Whether `generation`, or a later one, is in effect. */
export function isReady(object: ApiObject, generation = object.metadata.generation): boolean {
  return object.status.observedGeneration >= generation && conditionNamed(object, 'Ready')?.status === 'True';
}
