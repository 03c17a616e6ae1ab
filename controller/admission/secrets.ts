// Where secrets may be taken from, and where they may be sent to: both are the operator's decision, by org and by address.
// A tenant who could name any variable, file or host could read another's key or have one sent to a host of its own.

import { egressProblem } from '../../config/egress.ts';
import { type Finding, finding } from '../../crds/findings.ts';
import { modelProviderSpec } from '../../crds/model-provider.ts';
import type { SecretRef } from '../../crds/secret-ref.ts';
import type { ValidManifest } from '../../crds/validate.ts';
import type { Caller } from './caller.ts';
import { type AdmissionSettings, nothingAllowed } from './settings.ts';
import type { World } from './world.ts';

export async function modelProviderFindings(
  _world: World,
  manifest: ValidManifest,
  caller: Caller,
): Promise<Finding[]> {
  const settings = caller.settings ?? nothingAllowed;
  // Each field by itself: in a plan the other may not be known yet.
  const { apiKey, baseUrl } = modelProviderSpec.shape;
  const key = apiKey.safeParse(manifest.spec.apiKey).data;
  const url = baseUrl.safeParse(manifest.spec.baseUrl).data;
  return [
    ...(key === undefined ? [] : secretFindings('/spec/apiKey', key, manifest.org, caller)),
    ...(url === undefined ? [] : egressFindings('/spec/baseUrl', url, settings)),
  ];
}

/** For every kind that holds a SecretRef. */
export function secretFindings(
  pointer: string,
  secret: SecretRef,
  org: string,
  { owner, settings = nothingAllowed }: Pick<Caller, 'owner' | 'settings'>,
): Finding[] {
  const refuse = (member: keyof SecretRef, message: string): Finding[] => [
    finding('SecretNotAllowed', `${pointer}/${member}`, message),
  ];
  if (secret.kubernetes !== undefined && owner.manager !== 'kubernetes')
    return refuse('kubernetes', 'only a custom resource has a namespace to take a Secret from');
  if (secret.env !== undefined && !lists(settings.secretEnvOrgs, org))
    return refuse('env', `org "${org}" may not take secrets from the environment (secretEnvOrgs)`);
  if (secret.file === undefined) return [];
  if (!lists(settings.secretFileOrgs, org))
    return refuse('file', `org "${org}" may not take secrets from files (secretFileOrgs)`);
  return settings.secretsDirectory === undefined
    ? refuse('file', 'the operator has configured no folder of secrets (secretsDirectory)')
    : [];
}

function egressFindings(pointer: string, url: string, settings: AdmissionSettings): Finding[] {
  const problem = egressProblem(new URL(url).hostname, settings);
  return problem === undefined ? [] : [finding('EgressNotAllowed', pointer, `${problem} (egressAllow)`)];
}

const lists = (orgs: readonly string[], org: string): boolean => orgs.includes('*') || orgs.includes(org);
