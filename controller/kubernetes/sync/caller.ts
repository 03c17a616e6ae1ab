// Who a change from a cluster comes from. Promise: a name that the webhook was told is verified; without it the field manager
// stands there, marked as not verified. Never: a waiver approved by a name that anybody on the network could have sent.

import type { Kind } from '../../../crds/kind.ts';
import type { Requester } from '../../../store/cluster-objects.ts';
import { type Caller, verbs } from '../../admission/caller.ts';
import type { AdmissionSettings } from '../../admission/settings.ts';
import type { CustomResource } from '../api/resource.ts';
import type { Cluster } from '../cluster.ts';
import { declaredHash } from './translate.ts';

/** It deletes what a namespace holds that somebody has deleted. */
export const NAMESPACE_CONTROLLER = 'system:serviceaccount:kube-system:namespace-controller';

/** What the API server lets somebody do is theirs to do; but a waiver is approved by a name, which must be beyond doubt. */
const verbsInDoubt = verbs.filter((verb) => verb !== 'override');

export async function callerOf(
  { id, lookups }: Cluster,
  kind: Kind,
  resource: CustomResource,
  org: string,
  settings: AdmissionSettings,
): Promise<Caller> {
  const { uid, deletionTimestamp, managedFields } = resource.metadata;
  const declared = deletionTimestamp === undefined ? declaredHash(kind, resource) : 'delete';
  const requester = await lookups.requester({ uid, declared });
  return userOf({ id, uid, org, settings, requester, manager: managedFields ?? 'unknown' });
}

export function userOf(who: {
  readonly id: string;
  readonly uid: string;
  readonly org: string;
  readonly settings: AdmissionSettings;
  /** As the webhook was told. */
  readonly requester: Requester | undefined;
  readonly manager: string;
}): Caller {
  const { id, uid, org, settings, requester, manager } = who;
  return {
    name: requester?.username ?? manager,
    verbs: requester?.authenticated === true ? verbs : verbsInDoubt,
    orgs: [org],
    owner: { manager: 'kubernetes', instance: id, ref: uid },
    settings,
    kubernetes: { verified: requester !== undefined },
  };
}
