// The plan engine: what an object will be after apply, decided from configuration and prior state alone. Promise: the same
// input gives the same plan, and every plan obeys core's rules before core sees it. Never: I/O.

import { equal, type ValueMap } from '../cty/value.ts';
import { type Diagnostic, type Path, pathText, problem } from '../diagnostics.ts';
import type { Schema } from '../schema/schema.ts';
import { type Filling, fillIn } from './defaults.ts';
import { replacedBy } from './replace.ts';
import { planFaults } from './valid.ts';

export interface PlannedState {
  readonly state: ValueMap;
  readonly replacedBy: readonly Path[];
  /** Whether apply will have anything to do. */
  readonly changed: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export function planState(schema: Schema, change: Filling): PlannedState {
  const state = fillIn(schema.attributes, change);
  const { prior, config } = change;
  const faults = planFaults(schema.attributes, prior, config, state);
  return {
    state,
    replacedBy: prior === null ? [] : replacedBy(schema.attributes, prior, state),
    changed: prior === null || !equal(prior, state),
    diagnostics: faults.map(({ path, fault }) =>
      problem('The provider made a plan that is not valid', `${pathText(path)}: ${fault}. ${REPORT}`, path),
    ),
  };
}

export const REPORT = 'This is a bug in the provider; please report it with the configuration.';
