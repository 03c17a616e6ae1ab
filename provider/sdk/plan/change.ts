// One planned change of one resource: the engine first, then what the resource itself has to say, then core's rules.
// Promise: a plan without a change asks nobody. Never: a plan that core would refuse without a diagnostic of our own.

import type { ValueMap } from '../cty/value.ts';
import { type Diagnostic, hasErrors, type Path, pathText, problem } from '../diagnostics.ts';
import type { Private, Resource } from '../resource.ts';
import { planState, REPORT } from './plan.ts';
import { planFaults } from './valid.ts';

export interface Change {
  readonly prior: ValueMap | null;
  /** Null for a deletion. */
  readonly proposed: ValueMap | null;
  readonly config: ValueMap | null;
  readonly private: Private;
}

export interface PlanAnswer {
  readonly planned: ValueMap | null;
  readonly replacedBy: readonly Path[];
  readonly private: Private;
  readonly diagnostics: readonly Diagnostic[];
}

/** `asks`: whether the resource is asked at all; it is not while its provider has no configuration and core can wait. */
export async function planChange(
  type: Resource,
  { prior, proposed, config, private: kept }: Change,
  asks: boolean,
): Promise<PlanAnswer> {
  const planDelete = async (): Promise<readonly Diagnostic[]> =>
    prior === null || !asks ? [] : await type.planDelete({ prior, private: kept });
  if (proposed === null || config === null)
    return { planned: null, replacedBy: [], private: kept, diagnostics: await planDelete() };
  const { attributes } = type.schema;
  const plan = planState(type.schema, { prior, config, proposed });
  const { replacedBy } = plan;
  const checked = (planned: ValueMap): Diagnostic[] =>
    planFaults(attributes, prior, config, planned).map(({ path, fault }) =>
      problem('The provider made a plan that is not valid', `${pathText(path)}: ${fault}. ${REPORT}`, path),
    );
  const faults = checked(plan.state);
  if (!plan.changed || !asks || hasErrors(faults))
    return { planned: plan.state, replacedBy, private: kept, diagnostics: faults };
  // Core asks again for the new object, without a prior state, when the old one cannot stay.
  if (prior !== null && replacedBy.length > 0)
    return { planned: plan.state, replacedBy, private: kept, diagnostics: await planDelete() };
  const answer = await type.plan({ prior, config, planned: plan.state, private: kept });
  const planned = answer.state ?? plan.state;
  const diagnostics = [...answer.diagnostics, ...(answer.state === undefined ? [] : checked(planned))];
  return { planned, replacedBy, private: answer.private, diagnostics };
}
