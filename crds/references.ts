// Which fields of a spec name other objects. Read from the definitions (`reference()` in fields.ts), so that admission,
// the reverse index, deletion and the docs agree without a list of their own.

import { toPointer } from './json.ts';
import type { Kind } from './kind.ts';
import { walkSpec } from './walk.ts';

export interface Reference {
  /** JSON pointer into the object, e.g. `/spec/budget`. */
  readonly pointer: string;
  readonly kind: string;
  readonly name: string;
}

/** Every reference that a spec holds. */
export function referencesOf(kind: Kind, spec: unknown): Reference[] {
  return walkSpec(kind, spec, ({ references }, value, path) =>
    references !== undefined && typeof value === 'string'
      ? { pointer: toPointer([...path]), kind: references, name: value }
      : undefined,
  );
}
