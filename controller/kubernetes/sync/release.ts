// What happens when a custom resource is being deleted. Promise: its finalizer goes only after what it stands for is gone, or
// was meant to stay; a kind that is taken out of the cluster tears nothing down.

import { z } from 'zod';
import { API_GROUP } from '../../../crds/api.ts';
import { LatticeError } from '../../../crds/findings.ts';
import type { Kind } from '../../../crds/kind.ts';
import type { StoredObject } from '../../../store/objects.ts';
import type { Caller } from '../../admission/caller.ts';
import type { AdmissionSettings } from '../../admission/settings.ts';
import { deleteObject } from '../../write.ts';
import type { KubernetesApi } from '../api/client.ts';
import { isNotFound } from '../api/errors.ts';
import type { CustomResource } from '../api/resource.ts';
import type { Cluster } from '../cluster.ts';
import { callerOf, NAMESPACE_CONTROLLER } from './caller.ts';
import { wishesOf } from './translate.ts';

export type Release =
  /** Nothing stands for the resource any more; `orphan` is what was left behind on purpose. */
  | { readonly done: true; readonly orphan?: { readonly object: StoredObject; readonly why: string } }
  /** The object is on its way out. */
  | { readonly done: false; readonly object: StoredObject };

/** Throws a LatticeError when the deletion is refused. */
export async function release(
  cluster: Cluster,
  settings: AdmissionSettings,
  kind: Kind,
  resource: CustomResource,
): Promise<Release> {
  const object = await cluster.lookups.object(resource.metadata.uid);
  if (object === undefined) return { done: true };
  if (object.deletionTimestamp !== null) return { done: false, object };
  if (wishesOf(resource).deletionPolicy === 'Orphan')
    return { done: true, orphan: { object, why: 'its deletion policy is Orphan' } };
  if (await isKindBeingDeleted(cluster.api, kind))
    return { done: true, orphan: { object, why: 'its kind is being taken out of the cluster' } };
  const caller = await callerOf(cluster, kind, resource, object.org, settings);
  const key = { kind: kind.name, org: object.org, name: object.name };
  try {
    return { done: false, object: await deleteObject(cluster.writing, caller, key) };
  } catch (error) {
    if (!isRefusedToNamespace(caller, error)) throw error;
    return { done: true, orphan: { object, why: 'a policy keeps it, and its namespace is being deleted' } };
  }
}

/**
 * The deletion of a namespace cannot be taken back, so a resource that waited for a policy would keep it for ever. What the
 * policy is about is the object, and that stays; whoever declares it again gets it back.
 */
function isRefusedToNamespace({ name, kubernetes }: Caller, error: unknown): boolean {
  return (
    kubernetes?.verified === true &&
    name === NAMESPACE_CONTROLLER &&
    error instanceof LatticeError &&
    (error.code === 'PolicyViolation' || error.code === 'PolicyFailed')
  );
}

const definition = z.object({ metadata: z.object({ deletionTimestamp: z.string().optional() }) });

/** Asked afresh: the server marks a definition before it deletes the first resource of its kind. */
async function isKindBeingDeleted(api: KubernetesApi, kind: Kind): Promise<boolean> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${kind.plural}.${API_GROUP}`;
  try {
    const { metadata } = await api.call(definition, { method: 'GET', path });
    return metadata.deletionTimestamp !== undefined;
  } catch (error) {
    if (isNotFound(error)) return true;
    throw error;
  }
}
