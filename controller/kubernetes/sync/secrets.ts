// Secrets of the cluster that a resource names: looked for in its own namespace and nowhere else. Promise: a missing one is told
// in the status before an agent fails over it. Never: a value kept, in the store, the ledger, a log or here.

import { z } from 'zod';
import { type Finding, finding, LatticeError } from '../../../crds/findings.ts';
import type { Kind } from '../../../crds/kind.ts';
import { secretRefsOf } from '../../../crds/secret-ref.ts';
import type { KubernetesApi } from '../api/client.ts';
import { ApiError, isNotFound } from '../api/errors.ts';
import type { CustomResource } from '../api/resource.ts';

const keysOf = z
  .object({ data: z.record(z.string(), z.unknown()).default({}) })
  .transform(({ data }) => new Set(Object.keys(data)));

/** Throws a LatticeError when a Secret or its key is not there, or may not be read. */
export async function assertSecrets(api: KubernetesApi, kind: Kind, resource: CustomResource): Promise<void> {
  const { namespace } = resource.metadata;
  if (namespace === undefined) return;
  for (const { pointer, secret } of secretRefsOf(kind, resource.spec)) {
    if (secret.kubernetes === undefined) continue;
    const missing = await problemWith(api, namespace, secret.kubernetes, `${pointer}/kubernetes`);
    if (missing !== undefined) throw new LatticeError(missing.code, missing.message, [missing]);
  }
}

async function problemWith(
  api: KubernetesApi,
  namespace: string,
  { name, key }: { readonly name: string; readonly key: string },
  pointer: string,
): Promise<Finding | undefined> {
  try {
    const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
    const keys = await api.call(keysOf, { method: 'GET', path });
    if (keys.has(key)) return undefined;
    return finding('ReferenceNotFound', pointer, `Secret ${namespace}/${name} has no key "${key}"`);
  } catch (error) {
    if (isNotFound(error))
      return finding('ReferenceNotFound', pointer, `Secret ${namespace}/${name} does not exist`);
    if (error instanceof ApiError && error.status === 403)
      return finding(
        'SecretNotAllowed',
        pointer,
        `the controller may not read Secrets of namespace "${namespace}": bind the ClusterRole lattice-secret-reader to it there`,
      );
    throw error;
  }
}
