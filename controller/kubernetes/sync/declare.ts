// Brings what one custom resource declares into the store, by the same writes as every source. Promise: repeating it changes
// nothing; what others own is not touched unless the resource asks for it; a refusal that stands already is not refused,
// and chained, again.

import { LatticeError } from '../../../crds/findings.ts';
import type { Kind } from '../../../crds/kind.ts';
import { displayName } from '../../../crds/kinds.ts';
import { validateManifest } from '../../../crds/validate.ts';
import { findObject, type ObjectKey, type StoredObject } from '../../../store/objects.ts';
import type { Caller } from '../../admission/caller.ts';
import { plan } from '../../admission/plan.ts';
import type { AdmissionSettings } from '../../admission/settings.ts';
import { notFound } from '../../refusal.ts';
import { adoptObject, createObject, updateObject } from '../../write.ts';
import { type CustomResource, keyOfResource, shownResource } from '../api/resource.ts';
import type { Cluster } from '../cluster.ts';
import { callerOf } from './caller.ts';
import { refusalStanding } from './status.ts';
import { annotation, manifestOf, wishesOf } from './translate.ts';

/** Throws a LatticeError when it is refused, with what is wrong. */
export async function declare(
  cluster: Cluster,
  settings: AdmissionSettings,
  kind: Kind,
  resource: CustomResource,
  org: string,
): Promise<StoredObject> {
  const { writing, lookups } = cluster;
  const { name, uid } = resource.metadata;
  const [own, caller] = await Promise.all([
    lookups.object(uid),
    callerOf(cluster, kind, resource, org, settings),
  ]);
  assertStaysIn(org, own);
  const key: ObjectKey = { kind: kind.name, org, name };
  const manifest = manifestOf(kind, resource, org);
  if (refusalStanding(resource) !== undefined) await refuseUnchained(cluster, caller, manifest, own);
  const made = own === undefined ? await created(writing, caller, manifest) : undefined;
  if (made !== undefined) return made;
  const mine = own ?? (await takenOver(cluster, caller, key, resource));
  return await updateObject(writing, caller, key, manifest, mine.resourceVersion);
}

/** Undefined when there is such an object already. */
async function created(
  writing: Cluster['writing'],
  caller: Caller,
  manifest: ReturnType<typeof manifestOf>,
): Promise<StoredObject | undefined> {
  try {
    return (await createObject(writing, caller, manifest)).object;
  } catch (error) {
    if (error instanceof LatticeError && error.code === 'AlreadyExists') return undefined;
    throw error;
  }
}

/** Throws when the object that a resource stands for lives in another org than its namespace. */
export function assertStaysIn(org: string, own: StoredObject | undefined): void {
  if (own === undefined || own.org === org) return;
  throw new LatticeError(
    'OrgChanged',
    `the resource stands for ${displayName(own.kind, own.org, own.name)}, and its namespace belongs to org "${org}" now`,
  );
}

/**
 * Throws a LatticeError for what can come to nothing, whatever else is there, as its schema refuses it. It gets no finalizer,
 * which the API server would not let us take off again.
 */
export function refuseUnfit(kind: Kind, resource: CustomResource, org: string): void {
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
  key: ObjectKey,
  resource: CustomResource,
): Promise<StoredObject> {
  const object = await findObject(cluster.writing.db, key);
  if (object === undefined) throw notFound(key);
  assertTakeable(cluster, object, resource);
  return await adoptObject(cluster.writing.db, caller, key);
}

/** Throws why an object that this resource does not stand for cannot become its own. */
export function assertTakeable(
  { id, cache }: Pick<Cluster, 'id' | 'cache'>,
  { owner, kind, org, name }: StoredObject,
  resource: CustomResource,
): void {
  if (owner.manager === 'kubernetes' && owner.instance === id) {
    const other = cache.byUid(owner.ref);
    // Its resource is gone, and this one has taken its place, whether or not the watch has told of it yet.
    if (other === undefined || other.key === keyOfResource(kind, resource.metadata)) return;
    throw new LatticeError(
      'DeclaredTwice',
      `${displayName(kind, org, name)} is declared by ${shownResource(kind, other.resource)} already`,
    );
  }
  if (wishesOf(resource).adopt) return;
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
