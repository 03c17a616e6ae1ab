// The `timeouts` attribute that every resource has, and the times in it. It is for this provider alone: it is never sent to
// the controller and never replaces anything.

import { entryOf, isMap, type ValueMap } from '../sdk/cty/value.ts';
import { DURATION, durationMs } from '../sdk/schema/duration.ts';
import { sameDuration } from '../sdk/schema/equivalence.ts';
import type { ObjectAttribute } from './attribute.ts';

export type Operation = 'create' | 'update' | 'delete';

const DEFAULT_MS = 5 * 60_000;

const timeout = (name: Operation): ObjectAttribute => ({
  name,
  description: `How long to ${name} may take, e.g. "10m" or "1h30m". 5 minutes when left out.`,
  type: 'string',
  optional: true,
  equivalent: sameDuration,
  constraints: { pattern: DURATION.source, expected: 'a duration such as "90s", "10m" or "1h30m"' },
});

export const timeoutsAttribute: ObjectAttribute = {
  name: 'timeouts',
  description: 'How long the provider waits for the controller.',
  type: { nesting: 'single', attributes: [timeout('create'), timeout('update'), timeout('delete')] },
  optional: true,
};

export function timeoutMs(state: ValueMap, operation: Operation): number {
  const timeouts = entryOf(state, timeoutsAttribute.name);
  const text = isMap(timeouts) ? entryOf(timeouts, operation) : null;
  return typeof text === 'string' ? durationMs(text) : DEFAULT_MS;
}
