// Which resources do not stand for their object any more: it was taken out of the store, or over by somebody else, or their
// namespace belongs to another org now. Only asks; who is told looks at each again, which refuses it by name or declares it anew.

import { orgsOfNamespaces, stillStored } from '../../../store/cluster-objects.ts';
import type { ResourceKey } from '../api/resource.ts';
import type { Cluster } from '../cluster.ts';

/** `linked` has resources by the uid of their object. */
export async function misplaced(
  { id, cache, writing }: Cluster,
  linked: ReadonlyMap<string, ResourceKey>,
): Promise<ResourceKey[]> {
  const stored = await stillStored(writing.db, [...linked.keys()], id);
  const namespaceOf = (key: ResourceKey) => cache.get(key)?.resource.metadata.namespace;
  const namespaces = [...new Set([...linked.values()].flatMap((key) => namespaceOf(key) ?? []))];
  const listed = await orgsOfNamespaces(writing.db, id, namespaces);
  const orgs = new Map(namespaces.map((namespace, index) => [namespace, listed[index] ?? []]));
  const isInPlace = (uid: string, key: ResourceKey): boolean => {
    const namespace = namespaceOf(key);
    const org = stored.get(uid);
    if (org === undefined || namespace === undefined) return org !== undefined;
    const [first, second] = orgs.get(namespace) ?? [];
    return first === org && second === undefined;
  };
  return [...linked].filter(([uid, key]) => !isInPlace(uid, key)).map(([, key]) => key);
}
