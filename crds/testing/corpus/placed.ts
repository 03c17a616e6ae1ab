// One thing changed in a manifest. Promise: the original is not touched; what is missing on the way is made.

import { fromPointer } from '../../json.ts';
import type { Declared } from './entry.ts';

/** `undefined` takes the value away. */
export function placed(manifest: Declared, pointer: string, value: unknown): Declared {
  const copy = structuredClone(manifest);
  const steps = fromPointer(pointer);
  const last = steps.pop() ?? '';
  let inner: object = copy;
  for (const step of steps) {
    const next: unknown = Reflect.get(inner, step);
    const holder = typeof next === 'object' && next !== null ? next : {};
    Reflect.set(inner, step, holder);
    inner = holder;
  }
  if (value === undefined) Reflect.deleteProperty(inner, last);
  else Reflect.set(inner, last, value);
  return copy;
}
