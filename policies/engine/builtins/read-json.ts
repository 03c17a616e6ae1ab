// JSON as an untrusted text. Promise: exactly one JSON value, numbers with their text; anything else is undefined.
// Never: the sets and keys that the engine's own text form allows beside JSON.
import { readValue } from '../text.ts';
import type { Value } from '../values.ts';
import { fail } from './operands.ts';

export function readJson(text: string): Value {
  try {
    JSON.parse(text);
  } catch {
    return fail('not JSON');
  }
  return readValue(text);
}
