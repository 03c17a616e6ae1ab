// One change of one resource carried out. Promise: what comes back is what was planned, or an error says where it is not,
// beside the state of what exists. Never: a state that core would not store.

import type { ValueMap } from '../cty/value.ts';
import { hasErrors, pathText, problem } from '../diagnostics.ts';
import type { Outcome, Private, Resource } from '../resource.ts';
import { typeOf } from '../schema/schema.ts';
import { REPORT } from './plan.ts';
import { applyFaults } from './valid.ts';

export interface AppliedChange {
  readonly prior: ValueMap | null;
  /** Null for a deletion. */
  readonly planned: ValueMap | null;
  readonly config: ValueMap | null;
  readonly private: Private;
}

export async function applyChange(type: Resource, change: AppliedChange): Promise<Outcome> {
  const { prior, planned, private: kept } = change;
  if (planned === null) {
    if (prior === null) return { state: null, private: {}, diagnostics: [] };
    const outcome = await type.delete({ prior, private: kept });
    return outcome.state === null || hasErrors(outcome.diagnostics)
      ? outcome
      : withFault(outcome, 'The deletion did not end', 'The object is still there');
  }
  const request = { planned, config: change.config ?? planned, private: kept };
  const outcome = prior === null ? await type.create(request) : await type.update({ ...request, prior });
  if (outcome.state === null)
    return hasErrors(outcome.diagnostics)
      ? outcome
      : withFault(outcome, 'Nothing was made', 'The provider has no state of what it wrote');
  // Of an attempt that failed, the state tells what there is, not what was planned.
  if (hasErrors(outcome.diagnostics)) return outcome;
  const faults = applyFaults(typeOf(type.schema.attributes), planned, outcome.state);
  return {
    ...outcome,
    diagnostics: [
      ...outcome.diagnostics,
      ...faults.map(({ path, fault }) =>
        problem('What was stored is not what was planned', `${pathText(path)}: ${fault}. ${REPORT}`, path),
      ),
    ],
  };
}

function withFault(outcome: Outcome, summary: string, detail: string): Outcome {
  return { ...outcome, diagnostics: [...outcome.diagnostics, problem(summary, `${detail}. ${REPORT}`)] };
}
