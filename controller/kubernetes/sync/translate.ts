// A custom resource as the manifest that every source hands to admission, and what its annotations ask of us.

import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../audit/hash.ts';
import { API_GROUP, API_VERSION } from '../../../crds/api.ts';
import type { Kind } from '../../../crds/kind.ts';
import type { CustomResource } from '../api/resource.ts';

export const annotation = {
  /** `"true"`: nothing is done, not even a deletion, until it is gone. */
  paused: `${API_GROUP}/paused`,
  /** Any new value: look at the object now. It is echoed in the status. */
  requestedAt: `${API_GROUP}/reconcile-requested-at`,
  /** `"true"`: take the object over from whoever owns it. */
  adopt: `${API_GROUP}/adopt`,
  /** `Orphan`: when the resource is deleted, what it stands for stays. */
  deletionPolicy: `${API_GROUP}/deletion-policy`,
} as const;

/** Notes of tools about the resource itself, and ours: no part of what is declared. */
const leftOut = [`${API_GROUP}/`, 'kubectl.kubernetes.io/'];

export interface Wishes {
  readonly paused: boolean;
  readonly adopt: boolean;
  readonly requestedAt: string | undefined;
  readonly deletionPolicy: 'Orphan' | 'Delete';
}

/** Who asks for an unknown deletion policy gets the one that destroys nothing. */
export function wishesOf({ metadata: { annotations } }: CustomResource): Wishes {
  const policy = annotations[annotation.deletionPolicy] ?? 'Delete';
  return {
    paused: annotations[annotation.paused] === 'true',
    adopt: annotations[annotation.adopt] === 'true',
    requestedAt: annotations[annotation.requestedAt],
    deletionPolicy: policy === 'Delete' ? 'Delete' : 'Orphan',
  };
}

export function manifestOf(kind: Kind, { metadata, spec }: CustomResource, org: string) {
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations).filter(([key]) => !leftOut.some((prefix) => key.startsWith(prefix))),
  );
  return {
    apiVersion: API_VERSION,
    kind: kind.name,
    metadata: {
      ...(kind.scope === 'org' && { org }),
      name: metadata.name,
      labels: metadata.labels,
      annotations,
    },
    spec,
  };
}

/** By which a change that the webhook has seen is found again when the watch brings it. */
export function declaredHash(kind: Kind, resource: CustomResource): string {
  const { metadata, spec } = manifestOf(kind, resource, '');
  return createHash('sha256').update(canonicalJson({ metadata, spec })).digest('hex');
}

/** The same for as long as a resource declares and asks the same. */
export function declaredText({ metadata }: CustomResource): string {
  const { uid, generation, labels, annotations } = metadata;
  return JSON.stringify([uid, generation, labels, annotations]);
}
