// Resources and reviews of them as an API server sends them. Never: used by anything but tests.

import { createHash } from 'node:crypto';
import { API_GROUP, API_VERSION } from '../../../crds/api.ts';
import { kindNamed } from '../../../crds/kinds.ts';
import type { CustomResource } from '../api/resource.ts';
import { type ReviewRequest, reviewedResource } from './request.ts';

export const CLUSTER = '5f0c8a52-5d5f-4c0e-8d4d-0a3a4f3d9c11';

/** The uid of the resource of a name; the same each time. */
export function uidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

export function resourceOf(
  kind: string,
  name: string,
  metadata: Readonly<Record<string, unknown>> & { readonly namespace?: string } = {},
  spec: object = {},
): CustomResource & { readonly kind: string } {
  const { namespace = 'team' } = metadata;
  const uid = uidOf(namespace === 'team' ? name : `${namespace}/${name}`);
  const isCluster = kindNamed(kind)?.scope === 'cluster';
  const resource = reviewedResource({
    metadata: { name, uid, ...(!isCluster && { namespace }), ...metadata },
    spec,
  });
  return { ...resource, kind };
}

export function reviewOf(
  operation: ReviewRequest['operation'],
  object: ReturnType<typeof resourceOf> | undefined,
  oldObject?: ReturnType<typeof resourceOf>,
  { dryRun = false, username = 'admin' }: { readonly dryRun?: boolean; readonly username?: string } = {},
): ReviewRequest {
  const wire = (resource: typeof object) =>
    resource === undefined
      ? null
      : { ...resource, apiVersion: API_VERSION, metadata: { ...resource.metadata, managedFields: [] } };
  const kind = (object ?? oldObject)?.kind ?? '';
  return {
    uid: '1',
    kind: { group: API_GROUP, kind },
    operation,
    userInfo: { username },
    object: wire(object),
    oldObject: wire(oldObject),
    dryRun,
  };
}
