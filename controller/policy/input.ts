// The one input of every policy, from admissions: the changes, what they refer to, and what budgets add up to. It is read
// from the world that the changes are admitted in, so a plan is judged with everything it has planned.

import { kindNamed } from '../../crds/kinds.ts';
import { referencesOf } from '../../crds/references.ts';
import type { PolicyChange, PolicyInput } from '../../policies/engine/index.ts';
import type { Admission } from '../admission/admit.ts';
import { type Caller, ownerText } from '../admission/caller.ts';
import type { SeenObject, World } from '../admission/world.ts';

export async function policyInput(
  world: World,
  caller: Caller,
  admissions: readonly Admission[],
): Promise<PolicyInput> {
  const seen = await surroundings(world, admissions);
  const refs: Record<string, Record<string, unknown>> = {};
  for (const object of seen.values()) {
    refs[object.kind] ??= {};
    const kind = refs[object.kind] ?? {};
    kind[object.kind === 'Org' ? object.name : `${object.org}/${object.name}`] = manifestOf(object);
  }
  return {
    actor: { name: caller.name, owner: ownerText(caller.owner) },
    source: caller.owner.manager,
    changes: admissions.map(toChange),
    refs,
    totals: { budgets: await budgetTotals(world, admissions, seen) },
  };
}

function toChange({ action, key, before, manifest, unknown }: Admission): PolicyChange {
  return {
    action,
    kind: key.kind,
    ...(kindNamed(key.kind)?.scope === 'org' && { org: key.org }),
    name: key.name,
    before: before === undefined ? null : manifestOf(before),
    after:
      manifest === undefined
        ? null
        : {
            metadata: {
              org: key.org,
              name: key.name,
              labels: manifest.labels,
              annotations: manifest.annotations,
            },
            spec: manifest.spec,
          },
    unknown: [...unknown],
  };
}

const manifestOf = (object: SeenObject) => ({
  metadata: {
    org: object.org,
    name: object.name,
    labels: object.labels,
    annotations: object.stored?.annotations ?? {},
  },
  spec: object.spec,
});

/** What the changes refer to, transitively, and every guardrail of their orgs. */
async function surroundings(
  world: World,
  admissions: readonly Admission[],
): Promise<Map<string, SeenObject>> {
  const seen = new Map<string, SeenObject>();
  const visit = async (kindName: string, org: string, spec: unknown): Promise<void> => {
    const kind = kindNamed(kindName);
    if (kind === undefined) return;
    for (const reference of referencesOf(kind, spec)) {
      const key = `${reference.kind}/${org}/${reference.name}`;
      if (seen.has(key)) continue;
      const found = await world.find({ kind: reference.kind, org, name: reference.name });
      if (found === undefined) continue;
      seen.set(key, found);
      await visit(found.kind, org, found.spec);
    }
  };
  for (const { key, manifest } of admissions) await visit(key.kind, key.org, manifest?.spec);
  for (const org of new Set(admissions.map(({ key }) => key.org)))
    for (const guardrail of await world.list('Guardrail', org))
      seen.set(`Guardrail/${org}/${guardrail.name}`, guardrail);
  return seen;
}

export interface BudgetTotal {
  readonly limitMicroUsd: unknown;
  readonly limitTokens: unknown;
  readonly childrenMicroUsd: number;
  readonly childrenTokens: number;
  readonly children: number;
}

/** For each budget that a change is about or refers to: what its direct children may spend together. */
async function budgetTotals(
  world: World,
  admissions: readonly Admission[],
  seen: ReadonlyMap<string, SeenObject>,
): Promise<Record<string, BudgetTotal>> {
  const totals: Record<string, BudgetTotal> = {};
  const budgets = [...seen.values()]
    .filter((object) => object.kind === 'Budget')
    .map(({ org, name, spec }) => ({ org, name, spec }));
  for (const { key, manifest } of admissions)
    if (key.kind === 'Budget' && manifest !== undefined)
      budgets.push({ org: key.org, name: key.name, spec: manifest.spec });
  for (const { org, name, spec } of budgets) {
    const children = (await world.dependents({ kind: 'Budget', org, name })).filter(
      (child) => child.kind === 'Budget',
    );
    const changed = admissions.filter(
      ({ key, manifest }) => key.kind === 'Budget' && key.org === org && manifest?.spec.parent === name,
    );
    const specs = new Map<string, Readonly<Record<string, unknown>>>(
      children.map((child) => [child.name, child.spec]),
    );
    for (const { key, manifest } of changed) if (manifest !== undefined) specs.set(key.name, manifest.spec);
    const sum = (field: string): number =>
      [...specs.values()].reduce(
        (total, child) => total + (typeof child[field] === 'number' ? child[field] : 0),
        0,
      );
    totals[`${org}/${name}`] = {
      limitMicroUsd: spec.limitMicroUsd ?? null,
      limitTokens: spec.limitTokens ?? null,
      childrenMicroUsd: sum('limitMicroUsd'),
      childrenTokens: sum('limitTokens'),
      children: specs.size,
    };
  }
  return totals;
}
