// The rules of the budget tree: no cycles, and a child's window and limits fit every budget above it, so that a limit that
// somebody reads is a limit that can be reached.

import { type BudgetSpec, type BudgetWindow, budgetSpec } from '../../crds/budget.ts';
import { type Finding, finding } from '../../crds/findings.ts';
import type { ValidManifest } from '../../crds/validate.ts';
import type { World } from './world.ts';

/** Windows that end wherever the key's window ends: weeks cross the ends of months. */
const fitsInto: Readonly<Record<BudgetWindow, readonly BudgetWindow[]>> = {
  hour: ['hour', 'day', 'week', 'month'],
  day: ['day', 'week', 'month'],
  week: ['week'],
  month: ['month'],
};

interface Named {
  readonly name: string;
  readonly spec: BudgetSpec;
}

export async function budgetFindings(world: World, manifest: ValidManifest): Promise<Finding[]> {
  const parsed = budgetSpec.safeParse(manifest.spec);
  // A plan with unknown values: what is not known cannot be compared.
  if (!parsed.success) return [];
  const budget: Named = { name: manifest.name, spec: parsed.data };
  const above = await ancestors(world, manifest.org, budget);
  if (above === 'cycle')
    return [
      finding(
        'BudgetCycle',
        '/spec/parent',
        `budget "${budget.name}" would be below itself through "${budget.spec.parent}"`,
      ),
    ];
  const below = await descendants(world, manifest.org, budget);
  const asChild = above.flatMap((parent) => [
    ...windowMisfit(budget, parent),
    ...limitMisfit(budget, parent),
  ]);
  const asParent = below.flatMap((under) => [
    // Windows nest, so whatever is deeper fits if the child does. Limits do not: one that is left out says nothing.
    ...(under.spec.parent === budget.name ? windowMisfit(under, budget) : []),
    ...limitMisfit(under, budget),
    ...above.flatMap((parent) => limitMisfit(under, parent)).map(blameParent),
  ]);
  // The change is to the budget above, so its field is to blame.
  const remedy = 'Change the child first, or choose a value that its limit and window fit.';
  return dedupe([...asChild, ...asParent.map((found) => ({ ...found, remedy }))]);
}

/** What is below does not fit what is above: that is due to where this budget is put. */
const blameParent = (found: Finding): Finding => ({ ...found, pointer: '/spec/parent' });

async function ancestors(world: World, org: string, budget: Named): Promise<Named[] | 'cycle'> {
  const path: Named[] = [];
  let next = budget.spec.parent;
  while (next !== undefined) {
    const name = next;
    if (name === budget.name || path.some((seen) => seen.name === name)) return 'cycle';
    const found = await world.find({ kind: 'Budget', org, name });
    const spec = budgetSpec.safeParse(found?.spec);
    if (!spec.success) break;
    path.push({ name, spec: spec.data });
    next = spec.data.parent;
  }
  return path;
}

/** Every budget below, the nearest first; what is being deleted holds nothing up. */
async function descendants(world: World, org: string, budget: Named): Promise<Named[]> {
  const found = new Map<string, Named>();
  const open = [budget.name];
  for (let name = open.shift(); name !== undefined; name = open.shift())
    for (const child of await world.dependents({ kind: 'Budget', org, name })) {
      if (child.kind !== 'Budget' || child.deleting || child.name === budget.name || found.has(child.name))
        continue;
      const spec = budgetSpec.safeParse(child.spec);
      if (!spec.success) continue;
      found.set(child.name, { name: child.name, spec: spec.data });
      open.push(child.name);
    }
  return [...found.values()];
}

function windowMisfit(child: Named, parent: Named): Finding[] {
  const findings: Finding[] = [];
  if (!fitsInto[child.spec.window].includes(parent.spec.window))
    findings.push(
      finding(
        'BudgetWindowMismatch',
        '/spec/window',
        `a ${child.spec.window} of budget "${child.name}" does not lie within one ${parent.spec.window} of budget "${parent.name}"`,
      ),
    );
  if (child.spec.timeZone !== parent.spec.timeZone)
    findings.push(
      finding(
        'BudgetWindowMismatch',
        '/spec/timeZone',
        `budget "${child.name}" counts in ${child.spec.timeZone}, budget "${parent.name}" in ${parent.spec.timeZone}`,
      ),
    );
  return findings;
}

function limitMisfit(child: Named, parent: Named): Finding[] {
  const findings: Finding[] = [];
  for (const limit of ['limitMicroUsd', 'limitTokens'] as const) {
    const [inner, outer] = [child.spec[limit], parent.spec[limit]];
    if (inner !== undefined && outer !== undefined && inner > outer)
      findings.push(
        finding(
          'BudgetExceedsParent',
          `/spec/${limit}`,
          `${limit} of budget "${child.name}" is ${inner}, but budget "${parent.name}" allows ${outer}`,
        ),
      );
  }
  return findings;
}

function dedupe(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((found) => [found.message, found])).values()];
}
