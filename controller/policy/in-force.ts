// Which policies hold for an org, compiled.

import { z } from 'zod';
import { type Finding, finding } from '../../crds/findings.ts';
import { type PolicySpec, policySpec } from '../../crds/policy.ts';
import type { CompiledPolicy } from '../../policies/engine/index.ts';
import type { Queryable } from '../../store/database.ts';
import type { Admission } from '../admission/admit.ts';
import type { PolicyLibrary } from './library.ts';

/** Org whose policies hold for every org. */
export const PLATFORM_ORG = 'system';

export interface Loaded {
  readonly org: string;
  readonly policy: CompiledPolicy;
}

const policyRow = z.object({ org: z.string(), name: z.string(), spec: policySpec });

/** The policies that hold for an org, the platform's first; and a finding for each that cannot be compiled. */
export async function policiesInForce(
  db: Queryable,
  library: PolicyLibrary,
  org: string,
): Promise<{ loaded: Loaded[]; broken: Finding[] }> {
  const rows = await db.rows(
    policyRow,
    `SELECT org, name, spec FROM objects WHERE kind = 'Policy' AND org IN ($1, $2) AND spec ->> 'target' = 'admission'
       AND deletion_timestamp IS NULL ORDER BY org = $2 DESC, name`,
    [org, PLATFORM_ORG],
  );
  const loaded: Loaded[] = [];
  const broken: Finding[] = [];
  for (const { org: owner, name, spec } of rows) {
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
  return { loaded, broken };
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
