// Which fields of a spec cannot change once the object exists, read from the definitions.

import { z } from 'zod';
import type { Kind } from './kind.ts';

/** JSON pointers, e.g. `/spec/cidr`. */
export function immutablePointers(kind: Kind): string[] {
  return Object.entries(kind.spec.shape)
    .filter(([, schema]) => z.globalRegistry.get(schema)?.immutable === true)
    .map(([field]) => `/spec/${field}`);
}
