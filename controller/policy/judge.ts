// What the policies in force say of changes: those of the org and those of the platform, which live in org `system` and which
// no tenant can weaken. A policy that cannot be evaluated refuses; one that is only advice never does.

import { createHash } from 'node:crypto';
import { type Finding, finding } from '../../crds/findings.ts';
import { type Deferral, PolicyEngine, type PolicyFinding } from '../../policies/engine/index.ts';
import type { Transaction } from '../../store/database.ts';
import type { Admission } from '../admission/admit.ts';
import type { Caller } from '../admission/caller.ts';
import type { World } from '../admission/world.ts';
import { inForce, PLATFORM_ORG, policySourceOf, sourceFindings } from './in-force.ts';
import { policyInput } from './input.ts';
import type { PolicyLibrary } from './library.ts';
import { waiverFindings } from './waivers.ts';

/** What was said of one change. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** Findings that a waiver let pass, with the waiver's name. */
  readonly waived: readonly { readonly finding: Finding; readonly waiver: string }[];
  readonly digests: readonly string[];
}

export interface PolicyJudge {
  /** Compiles what the manifests bring, so that nothing is compiled while locks are held. */
  prepare(manifests: readonly Record<string, unknown>[]): Promise<void>;
  /** One judgement for each admission, in order. */
  judge(
    tx: Transaction,
    world: World,
    caller: Caller,
    admissions: readonly Admission[],
  ): Promise<Judgement[]>;
  close(): Promise<void>;
}

const NOTHING: Judgement = { findings: [], waived: [], digests: [] };

export function policyJudge(library: PolicyLibrary): PolicyJudge {
  const engine = new PolicyEngine();
  const judgeOrg = async (
    tx: Transaction,
    world: World,
    caller: Caller,
    org: string,
    admissions: readonly Admission[],
  ): Promise<Map<Admission, Judgement>> => {
    const { loaded, broken, waivers, nowMs } = await inForce(tx, library, org);
    if (loaded.length === 0 && broken.length === 0) return new Map();
    const verdicts = await Promise.all(
      [PLATFORM_ORG, org].map(async (owner) => {
        const policies = loaded.filter((each) => each.org === owner).map((each) => each.policy);
        if (policies.length === 0 || (owner === org && org === PLATFORM_ORG))
          return { owner, findings: [], deferred: [], digests: [] };
        const nowNs = BigInt(nowMs) * 1_000_000n;
        return {
          owner,
          ...(await engine.evaluate(policies, await policyInput(world, caller, admissions), { nowNs })),
        };
      }),
    );
    return new Map(
      admissions.map((admission) => {
        const about = <T extends { object?: PolicyFinding['object'] }>(each: T): boolean =>
          isAbout(admission, each.object);
        const said = verdicts.flatMap(({ owner, findings }) =>
          findings
            .filter((each) => about(each) && !isItself(admission, owner, each))
            .map((each) => ({ owner, each })),
        );
        const findings = said.map(({ owner, each }) => toFinding(owner, each, waivers));
        return [
          admission,
          {
            findings: [
              ...broken,
              ...findings.map((each) => each.finding),
              ...verdicts.flatMap(({ deferred }) => deferred.filter(about).map(toDeferred)),
            ],
            waived: findings.flatMap(({ finding: found, waiver }) =>
              waiver === undefined ? [] : [{ finding: found, waiver }],
            ),
            digests: verdicts.flatMap(({ digests }) => digests),
          },
        ];
      }),
    );
  };
  return {
    prepare: async (manifests) => {
      for (const manifest of manifests) {
        const source = policySourceOf(manifest);
        if (source !== undefined) await library.load(source);
      }
    },
    judge: async (tx, world, caller, admissions) => {
      const judgements = new Map<Admission, Judgement>();
      const open = admissions.filter(
        (each) => each.action !== 'none' && !each.findings.some((found) => found.level === 'error'),
      );
      for (const org of new Set(open.map(({ key }) => key.org)))
        for (const [admission, judgement] of await judgeOrg(
          tx,
          world,
          caller,
          org,
          open.filter(({ key }) => key.org === org),
        ))
          judgements.set(admission, judgement);
      const sources = await Promise.all(admissions.map((admission) => sourceFindings(library, admission)));
      return admissions.map((admission, index) => {
        const judgement = judgements.get(admission) ?? NOTHING;
        const own = [...(sources[index] ?? []), ...waiverFindings(caller, admission)];
        return { ...judgement, findings: [...own, ...judgement.findings] };
      });
    },
    close: () => engine.close(),
  };
}

/** A finding about the plan as a whole is told with every change of it. */
function isAbout({ key }: Admission, object: PolicyFinding['object']): boolean {
  return (
    object === undefined ||
    (object.kind === key.kind && object.name === key.name && (object.org ?? key.org) === key.org)
  );
}

/** A policy has no say over its own change: one that refuses everything could never be corrected. */
function isItself({ key }: Admission, owner: string, said: PolicyFinding): boolean {
  return key.kind === 'Policy' && key.org === owner && said.ruleId.split('/')[0] === key.name;
}

function toFinding(
  owner: string,
  said: PolicyFinding,
  waivers: ReadonlyMap<string, string>,
): { finding: Finding; waiver?: string } {
  // A tenant's policy may have the name of a platform policy; a waiver for one is not a waiver for the other.
  const fingerprint = createHash('sha256').update(`${owner}\n${said.fingerprint}`).digest('hex');
  const rule = `${owner}:${said.ruleId}`;
  const told = (
    code: 'PolicyViolation' | 'PolicyWarning' | 'PolicyWaived' | 'PolicyFailed',
    level: Finding['level'],
  ): Finding => ({
    ...finding(code, said.pointer, said.message, level),
    ...(said.remediation !== '' && { remedy: said.remediation }),
    rule,
    fingerprint,
  });
  if (said.code !== 'PolicyViolation')
    return { finding: told('PolicyFailed', said.level === 'advisory' ? 'warning' : 'error') };
  if (said.level === 'advisory') return { finding: told('PolicyWarning', 'warning') };
  const waiver = said.level === 'soft-mandatory' ? waivers.get(fingerprint) : undefined;
  return waiver === undefined
    ? { finding: told('PolicyViolation', 'error') }
    : { finding: told('PolicyWaived', 'warning'), waiver };
}

function toDeferred(deferral: Deferral): Finding {
  return finding(
    'PolicyDeferred',
    deferral.pointers[0] ?? '',
    `rule ${deferral.ruleId} waits for values that are not known yet: ${deferral.pointers.join(', ')}`,
    'warning',
  );
}
