// The `timeouts` attribute that every resource has, and the times in it. It is for this provider alone: it is never sent to
// the controller and never replaces anything.

import { entryOf, isMap, type ValueMap } from '../sdk/cty/value.ts';
import type { ObjectAttribute } from './attribute.ts';

export type Operation = 'create' | 'update' | 'delete';

const DEFAULT_MS = 5 * 60_000;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const PART = /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/g;

const timeout = (name: Operation): ObjectAttribute => ({
  name,
  description: `How long to ${name} may take, e.g. "10m" or "1h30m". 5 minutes when left out.`,
  type: 'string',
  optional: true,
  constraints: { pattern: `^(${PART.source})+$`, expected: 'a duration such as "90s", "10m" or "1h30m"' },
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

export function durationMs(text: string): number {
  return [...text.matchAll(PART)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  );
}

/** A time as a person says it, e.g. `90s` or `5m`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
