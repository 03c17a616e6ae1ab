// Decides for which changes a rule must wait: those of whose unknown values it reads any.
// Promise: a rule that could read an unknown is deferred. Never: a verdict that an unknown value could turn around.
import { fromPointer } from '../../crds/json.ts';
import { objectKey } from './outcome.ts';
import type { Deferral, PolicyChange, PolicyRule, Read } from './types.ts';

export function deferralsOf(rule: PolicyRule, changes: readonly PolicyChange[]): Deferral[] {
  return changes.flatMap((change) => {
    const reads = rule.reads.filter(({ kinds }) => kinds === undefined || kinds.includes(change.kind));
    const pointers = change.unknown.filter((pointer) => reads.some((read) => touches(read, pointer)));
    return pointers.length === 0 ? [] : [{ ruleId: rule.id, object: objectKey(change), pointers }];
  });
}

/** A read covers what lies below it, and an unknown leaves out what lies below it: so either may be the longer one. */
function touches({ path }: Read, pointer: string): boolean {
  const unknown = ['changes', '*', 'after', ...fromPointer(pointer)];
  return path
    .slice(0, unknown.length)
    .every((step, index) => step === '*' || unknown[index] === '*' || step === unknown[index]);
}
