// A dry run: admission over a set of changes, each seeing what the ones before it planned. It reads one snapshot.

import type { ErrorCode } from '../../crds/errors.ts';
import type { Finding } from '../../crds/findings.ts';
import { kindNamed } from '../../crds/kinds.ts';
import type { ChangePlan, Plan, PlannedChange } from '../../crds/plan.ts';
import type { Database, Transaction } from '../../store/database.ts';
import type { Judgement, PolicyJudge } from '../policy/judge.ts';
import { type Admission, admit } from './admit.ts';
import type { Caller } from './caller.ts';
import { inOrderOfDependence } from './order.ts';
import { type Overlay, overlayOn } from './overlay.ts';
import { ruleFindings } from './rules.ts';
import { storeWorld, type World } from './world.ts';

export async function plan(
  db: Database,
  policies: PolicyJudge,
  caller: Caller,
  changes: readonly PlannedChange[],
  laidOver: readonly PlannedChange[],
): Promise<Plan> {
  await policies.prepare(changes.map((change) => change.manifest));
  return await db.transaction(
    async (tx) => {
      const world = overlayOn(storeWorld(tx));
      for (const change of laidOver) apply(world, await admit(world, caller, change));
      return await planIn(tx, world, policies, caller, changes);
    },
    { readOnly: true },
  );
}

/**
 * The same in a transaction that is open already, on a world that something may be laid over. What `waitsFor` names is no
 * error where the change waits for it to pass, so policies judge the change all the same.
 */
export async function planIn(
  tx: Transaction,
  world: Overlay,
  policies: PolicyJudge,
  caller: Caller,
  changes: readonly PlannedChange[],
  waitsFor: ReadonlySet<ErrorCode> = new Set(),
): Promise<Plan> {
  const ordered = inOrderOfDependence(changes);
  const admissions: Admission[] = [];
  for (const change of ordered) {
    const admission = softened(await admit(world, caller, change), waitsFor);
    apply(world, admission);
    admissions.push(admission);
  }
  for (const [index, admission] of admissions.entries())
    admissions[index] = await withoutEarlyWarnings(world, caller, admission);
  // Judged together, and after all are laid over the store: a policy sees the whole plan.
  const judgements = await policies.judge(tx, world, caller, admissions);
  const plans = new Map(
    admissions.map((admission, index) => [ordered[index], toChangePlan(admission, judgements[index])]),
  );
  return { changes: changes.flatMap((change) => plans.get(change) ?? []) };
}

function softened(admission: Admission, waitsFor: ReadonlySet<ErrorCode>): Admission {
  const findings = admission.findings.map((found) =>
    waitsFor.has(found.code) ? { ...found, level: 'warning' as const } : found,
  );
  return { ...admission, findings };
}

/** What a selector matches may come later in the plan than the selector: asked again once the whole plan is seen. */
async function withoutEarlyWarnings(world: World, caller: Caller, admission: Admission): Promise<Admission> {
  const { manifest, findings, unknown } = admission;
  const isEarly = ({ code }: Finding): boolean => code === 'SelectorMatchesNothing';
  if (manifest === undefined || !findings.some(isEarly)) return admission;
  const still = (await ruleFindings(world, caller, manifest, unknown)).filter(isEarly);
  return {
    ...admission,
    findings: findings.filter(
      (found) => !isEarly(found) || still.some(({ pointer }) => pointer === found.pointer),
    ),
  };
}

function apply(world: Overlay, admission: Admission): void {
  if (admission.action === 'delete') world.remove(admission.key);
  if (admission.manifest === undefined || admission.action === 'none') return;
  world.put({
    ...admission.key,
    labels: admission.manifest.labels,
    spec: admission.manifest.spec,
    deleting: false,
    ...(admission.before?.stored && { stored: admission.before.stored }),
  });
}

function toChangePlan(admission: Admission, judgement: Judgement | undefined): ChangePlan {
  const { key, before, manifest } = admission;
  return {
    action: admission.action,
    kind: key.kind,
    ...(kindNamed(key.kind)?.scope !== 'cluster' && { org: key.org }),
    name: key.name,
    before: before?.spec === undefined ? null : { ...before.spec },
    after: manifest?.spec ?? null,
    changed: [...admission.changed],
    ...(before?.stored && { resourceVersion: before.stored.resourceVersion }),
    findings: [...admission.findings, ...(judgement?.findings ?? [])],
  };
}
