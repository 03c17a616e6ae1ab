// Brings what one custom resource declares into the store, by the same writes as every source. Promise: repeating it changes
// nothing; what others own is not touched unless the resource asks for it; a refusal that stands already is not refused,
// and chained, again.

import { LatticeError } from '../../../crds/findings.ts';
import type { Kind } from '../../../crds/kind.ts';
import { displayName } from '../../../crds/kinds.ts';
import { validateManifest } from '../../../crds/validate.ts';
import { objectOfResource } from '../../../store/cluster-objects.ts';
import { findObject, type ObjectKey, type StoredObject } from '../../../store/objects.ts';
import type { Caller } from '../../admission/caller.ts';
import { plan } from '../../admission/plan.ts';
import type { AdmissionSettings } from '../../admission/settings.ts';
import { adoptObject, createObject, updateObject } from '../../write.ts';
import { type CustomResource, shownResource } from '../api/resource.ts';
import type { Cluster } from '../cluster.ts';
import { callerOf } from './caller.ts';
import { orgOf } from './org.ts';
import { refusalStanding } from './status.ts';
import { annotation, manifestOf, wishesOf } from './translate.ts';

/** Throws a LatticeError when it is refused, with what is wrong. */
export async function declare(
  cluster: Cluster,
  settings: AdmissionSettings,
  kind: Kind,
  resource: CustomResource,
): Promise<StoredObject> {
  const { db } = cluster.writing;
  const { name, uid } = resource.metadata;
  const org = await orgOf(db, cluster.id, kind, resource.metadata);
  const key: ObjectKey = { kind: kind.name, org, name };
  const own = await objectOfResource(db, cluster.id, uid);
  if (own !== undefined && own.org !== org)
    throw new LatticeError(
      'OrgChanged',
      `the resource stands for ${displayName(kind, own.org, own.name)}, and its namespace belongs to org "${org}" now`,
    );
  const caller = await callerOf(cluster, kind, resource, org, settings);
  const manifest = manifestOf(kind, resource, org);
  if (refusalStanding(resource) !== undefined) await refuseUnchained(cluster, caller, manifest, own);
  const before = own ?? (await findObject(db, key));
  if (before === undefined) return (await createObject(cluster.writing, caller, manifest)).object;
  const mine = own ?? (await takenOver(cluster, caller, before, resource));
  return await updateObject(cluster.writing, caller, key, manifest, mine.resourceVersion);
}

/**
 * Throws a LatticeError for what can come to nothing, whatever else is there: no org, or a spec that no schema of ours lets
 * through. It gets no finalizer, which would keep a namespace from going, and which the API server would not let us take off
 * what its schema refuses.
 */
export async function refuseUnfit(cluster: Cluster, kind: Kind, resource: CustomResource): Promise<void> {
  const org = await orgOf(cluster.writing.db, cluster.id, kind, resource.metadata);
  const { findings } = validateManifest(manifestOf(kind, resource, org));
  const [first] = findings;
  if (first === undefined) return;
  const shown = displayName(kind, org, resource.metadata.name);
  throw new LatticeError(first.code, `${shown}: ${first.message}`, findings);
}

/** Makes an object ours that another resource or somebody else has declared. */
async function takenOver(
  cluster: Cluster,
  caller: Caller,
  object: StoredObject,
  resource: CustomResource,
): Promise<StoredObject> {
  const { owner, kind, org, name } = object;
  const key = { kind: kind.name, org, name };
  if (owner.manager === 'kubernetes' && owner.instance === cluster.id) {
    const other = cluster.cache.byUid(owner.ref);
    // Its resource is gone, and this one has taken its place.
    if (other === undefined) return await adoptObject(cluster.writing.db, caller, key);
    throw new LatticeError(
      'DeclaredTwice',
      `${displayName(kind, org, name)} is declared by ${shownResource(kind, other.resource)} already`,
    );
  }
  if (wishesOf(resource).adopt) return await adoptObject(cluster.writing.db, caller, key);
  throw new LatticeError(
    'AlreadyExists',
    `${displayName(kind, org, name)} exists already, owned by ${owner.manager}/${owner.instance}. To take it over, annotate ` +
      `the resource with ${annotation.adopt}: "true"`,
  );
}

/** Asks admission without a write, whose denial would be one more entry in the ledger. */
async function refuseUnchained(
  { writing }: Cluster,
  caller: Caller,
  manifest: ReturnType<typeof manifestOf>,
  own: StoredObject | undefined,
): Promise<void> {
  const change = { action: own === undefined ? 'create' : 'apply', manifest } as const;
  const { changes } = await plan(writing.db, writing.policies, caller, [change], []);
  const findings = changes[0]?.findings.filter(({ level }) => level === 'error') ?? [];
  const [first] = findings;
  // Whose it is, and how to take it over, is told by the write.
  if (first !== undefined && first.code !== 'AlreadyExists')
    throw new LatticeError(first.code, first.message, findings);
}
