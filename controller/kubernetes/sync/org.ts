// The org that a custom resource belongs to: an Org is its own, everything else lives in the one that lists its namespace.

import { LatticeError } from '../../../crds/findings.ts';
import type { Kind } from '../../../crds/kind.ts';
import type { Lookups } from '../lookups.ts';

/** Throws NamespaceNotMapped or NamespaceMappedTwice. */
export async function orgOf(
  lookups: Lookups,
  cluster: string,
  kind: Kind,
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
): Promise<string> {
  if (kind.scope === 'cluster' || namespace === undefined) return name;
  const [org, second] = await lookups.orgs(namespace);
  if (org === undefined)
    throw new LatticeError(
      'NamespaceNotMapped',
      `no org lists namespace "${namespace}" of cluster ${cluster} in spec.namespaces`,
    );
  if (second !== undefined)
    throw new LatticeError(
      'NamespaceMappedTwice',
      `orgs "${org}" and "${second}" both list namespace "${namespace}" of cluster ${cluster}`,
    );
  return org;
}
