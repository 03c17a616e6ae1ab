// The plan engine: what an object will be after apply, decided from configuration and prior state alone. Promise: the same
// input gives the same plan; a plan without a change is the prior state itself. Never: I/O.

import { equal, type ValueMap } from '../cty/value.ts';
import type { Path } from '../diagnostics.ts';
import type { Schema } from '../schema/schema.ts';
import { type Filling, fillIn } from './defaults.ts';
import { replacedBy } from './replace.ts';

export interface PlannedState {
  readonly state: ValueMap;
  readonly replacedBy: readonly Path[];
  /** Whether apply will have anything to do. */
  readonly changed: boolean;
}

export function planState({ attributes }: Schema, filling: Filling): PlannedState {
  const { prior } = filling;
  const settled = fillIn(attributes, filling, false);
  if (prior !== null && equal(prior, settled)) return { state: settled, replacedBy: [], changed: false };
  const state = prior === null ? settled : fillIn(attributes, filling, true);
  return { state, replacedBy: prior === null ? [] : replacedBy(attributes, prior, state), changed: true };
}

export const REPORT = 'This is a bug in the provider; please report it with the configuration.';
