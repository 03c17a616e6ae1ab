// A custom resource as the API server has it, and where its kind is found there.

import { z } from 'zod';
import { API_GROUP, API_VERSION } from '../../../crds/api.ts';
import type { Kind } from '../../../crds/kind.ts';

export const FINALIZER = `${API_GROUP}/cleanup`;
export const FIELD_MANAGER = 'lattice';
/** Another one: what is applied under one name must be applied whole. */
export const FINALIZER_MANAGER = 'lattice-finalizer';
const ownManagers = new Set([FIELD_MANAGER, FINALIZER_MANAGER]);

const managedField = z.object({
  manager: z.string(),
  operation: z.string().optional(),
  time: z.string().optional(),
  subresource: z.string().optional(),
});

export const resourceSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string(),
    resourceVersion: z.string(),
    generation: z.int().default(1),
    deletionTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    finalizers: z.array(z.string()).default([]),
    /** Only the newest writer of what is declared is kept: the list is as long as the object. */
    managedFields: z
      .array(managedField)
      .default([])
      .transform((fields) => lastWriter(fields)),
  }),
  /** Whatever it is, admission says what is wrong with it: one that a looser schema let through must not hide the others. */
  spec: z.unknown().default({}),
  status: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

/** `metadata.managedFields` is the name of who wrote last, not the list. */
export type CustomResource = z.infer<typeof resourceSchema>;

function lastWriter(fields: readonly z.infer<typeof managedField>[]): string | undefined {
  const writers = fields.filter(
    ({ manager, subresource }) => !ownManagers.has(manager) && subresource === undefined,
  );
  return writers.sort((left, right) => (left.time ?? '').localeCompare(right.time ?? '')).at(-1)?.manager;
}

/** `/apis/lattice.dev/v1alpha1/agents`, or with its namespace. */
export function collectionPath(kind: Kind, namespace?: string): string {
  const within = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `/apis/${API_VERSION}${within}/${kind.plural}`;
}

export function resourcePath(kind: Kind, { metadata }: CustomResource): string {
  return `${collectionPath(kind, metadata.namespace)}/${metadata.name}`;
}

/** The key of a resource within the cluster: its kind, namespace and name. */
export type ResourceKey = string;

export function keyOfResource(
  kind: Kind,
  { namespace = '', name }: { namespace?: string | undefined; name: string },
): ResourceKey {
  return `${kind.name}/${namespace}/${name}`;
}

/** How a person finds it: `agents.lattice.dev ns/name`. */
export function shownResource(kind: Kind, { metadata }: CustomResource): string {
  const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  return `${kind.plural}.${API_GROUP} ${name}`;
}
