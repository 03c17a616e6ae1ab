// Our finalizer on a custom resource: there before the first effect, gone after the last one is undone.

import { z } from 'zod';
import type { Kind } from '../../../crds/kind.ts';
import type { KubernetesApi } from '../api/client.ts';
import {
  type CustomResource,
  FINALIZER,
  FINALIZER_MANAGER,
  resourcePath,
  resourceSchema,
} from '../api/resource.ts';

export const hasFinalizer = ({ metadata }: CustomResource): boolean =>
  metadata.finalizers.includes(FINALIZER);

/** Throws an ApiError (404, 409) when the resource is not the one that was read any more. */
export async function addFinalizer(
  api: KubernetesApi,
  kind: Kind,
  resource: CustomResource,
): Promise<CustomResource> {
  const { uid, resourceVersion, finalizers } = resource.metadata;
  return await api.call(resourceSchema, {
    method: 'PATCH',
    path: resourcePath(kind, resource),
    query: { fieldManager: FINALIZER_MANAGER },
    // Not applied: that costs the server twice as much, and the version keeps what others add at the same moment.
    contentType: 'application/merge-patch+json',
    body: { metadata: { uid, resourceVersion, finalizers: [...finalizers, FINALIZER] } },
  });
}

export async function removeFinalizer(
  api: KubernetesApi,
  kind: Kind,
  resource: CustomResource,
): Promise<void> {
  const { uid, finalizers } = resource.metadata;
  const path = `/metadata/finalizers/${finalizers.indexOf(FINALIZER)}`;
  await api.call(z.unknown(), {
    method: 'PATCH',
    path: resourcePath(kind, resource),
    query: { fieldManager: FINALIZER_MANAGER },
    contentType: 'application/json-patch+json',
    body: [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'test', path, value: FINALIZER },
      { op: 'remove', path },
    ],
  });
}
