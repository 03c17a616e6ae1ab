// Which policies hold for an org, compiled, and which waivers.

import { z } from 'zod';
import { type Finding, finding } from '../../crds/findings.ts';
import { type PolicySpec, policySpec } from '../../crds/policy.ts';
import { waiverSpec } from '../../crds/waiver.ts';
import type { CompiledPolicy } from '../../policies/engine/index.ts';
import type { Transaction } from '../../store/database.ts';
import type { Admission } from '../admission/admit.ts';
import type { PolicyLibrary } from './library.ts';
import { isCurrent } from './waivers.ts';

/** Org whose policies hold for every org. */
export const PLATFORM_ORG = 'system';

export interface Loaded {
  readonly org: string;
  readonly policy: CompiledPolicy;
}

export interface InForce {
  /** The platform's first. */
  readonly loaded: readonly Loaded[];
  /** A finding for each that cannot be compiled. */
  readonly broken: readonly Finding[];
  /** By fingerprint: the name of a waiver that has not expired. */
  readonly waivers: ReadonlyMap<string, string>;
  /** By the database's clock, which all controllers share: the verdict must not depend on whose host judges. */
  readonly nowMs: number;
}

const row = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('Policy'), org: z.string(), name: z.string(), spec: policySpec }),
  z.object({ kind: z.literal('Waiver'), org: z.string(), name: z.string(), spec: waiverSpec }),
]);

export async function inForce(tx: Transaction, library: PolicyLibrary, org: string): Promise<InForce> {
  const rows = await tx.rows(
    row,
    `SELECT kind, org, name, spec FROM objects WHERE kind IN ('Policy', 'Waiver') AND org IN ($1, $2)
       AND deletion_timestamp IS NULL ORDER BY org = $2 DESC, name`,
    [org, PLATFORM_ORG],
  );
  const nowMs = Date.parse(tx.now);
  const waivers = new Map<string, string>();
  const loaded: Loaded[] = [];
  const broken: Finding[] = [];
  for (const each of rows) {
    if (each.kind === 'Waiver') {
      if (each.org === org && isCurrent(each.spec, nowMs)) waivers.set(each.spec.fingerprint, each.name);
      continue;
    }
    if (each.spec.target !== 'admission') continue;
    const { org: owner, name, spec } = each;
    const result = await library.load(sourceOf(name, spec));
    if (result.ok) loaded.push({ org: owner, policy: result.policy });
    else
      broken.push(
        finding(
          'PolicyFailed',
          '',
          `policy ${owner}/${name} cannot be compiled: ${result.findings[0]?.message ?? ''}`,
          spec.enforcement === 'advisory' ? 'warning' : 'error',
        ),
      );
  }
  return { loaded, broken, waivers, nowMs };
}

const sourceOf = (name: string, { rego, enforcement }: PolicySpec) => ({ name, rego, level: enforcement });

const policyManifest = z.looseObject({
  kind: z.literal('Policy'),
  metadata: z.looseObject({ name: z.string().regex(/^[a-z0-9-]{1,63}$/) }),
  spec: policySpec,
});

/** The source that a manifest brings, when it is of a policy. */
export function policySourceOf(manifest: Record<string, unknown>) {
  const parsed = policyManifest.safeParse(manifest);
  return parsed.success ? sourceOf(parsed.data.metadata.name, parsed.data.spec) : undefined;
}

/** What is wrong with the Rego that a change brings. */
export async function sourceFindings(
  library: PolicyLibrary,
  { key, manifest }: Admission,
): Promise<Finding[]> {
  const spec = key.kind === 'Policy' ? policySpec.safeParse(manifest?.spec) : undefined;
  if (!spec?.success) return [];
  const result = await library.load(sourceOf(key.name, spec.data));
  if (result.ok) return [];
  return result.findings.map((found) =>
    finding(
      'PolicyInvalid',
      '/spec/rego',
      `line ${found.line}, column ${found.column}: ${found.message} [${found.code}]`,
    ),
  );
}
