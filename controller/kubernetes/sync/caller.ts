// Who a change from a cluster comes from. Promise: a name that the webhook was told is verified; without it the field manager
// stands there, marked as not verified, and approves nothing.

import type { Kind } from '../../../crds/kind.ts';
import { type Caller, verbs } from '../../admission/caller.ts';
import type { AdmissionSettings } from '../../admission/settings.ts';
import type { CustomResource } from '../api/resource.ts';
import type { Cluster } from '../cluster.ts';
import { declaredHash } from './translate.ts';

/** It deletes what a namespace holds that somebody has deleted. */
export const NAMESPACE_CONTROLLER = 'system:serviceaccount:kube-system:namespace-controller';

/** What the API server lets somebody do is theirs to do; but a waiver is approved by a name, which must be known. */
const unverifiedVerbs = verbs.filter((verb) => verb !== 'override');

export async function callerOf(
  { id, lookups }: Cluster,
  kind: Kind,
  resource: CustomResource,
  org: string,
  settings: AdmissionSettings,
): Promise<Caller> {
  const { uid, deletionTimestamp, managedFields } = resource.metadata;
  const declared = deletionTimestamp === undefined ? declaredHash(kind, resource) : 'delete';
  const username = await lookups.requester({ uid, declared });
  return userOf({ id, uid, org, settings, username, manager: managedFields ?? 'unknown' });
}

export function userOf(who: {
  readonly id: string;
  readonly uid: string;
  readonly org: string;
  readonly settings: AdmissionSettings;
  /** As the webhook was told. */
  readonly username: string | undefined;
  readonly manager: string;
}): Caller {
  const { id, uid, org, settings, username, manager } = who;
  return {
    name: username ?? manager,
    verbs: username === undefined ? unverifiedVerbs : verbs,
    orgs: [org],
    owner: { manager: 'kubernetes', instance: id, ref: uid },
    settings,
    kubernetes: { verified: username !== undefined },
  };
}
