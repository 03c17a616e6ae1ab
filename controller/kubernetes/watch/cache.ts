// What the cluster holds of our kinds, as the watches have told so far. Promise: an event that comes late changes nothing;
// another resource of the same name is another resource. Only keys are handed on: who works on one looks it up again.

import type { Kind } from '../../../crds/kind.ts';
import { type CustomResource, keyOfResource, type ResourceKey } from '../api/resource.ts';
import type { Follower } from './list-watch.ts';

export interface Cached {
  readonly key: ResourceKey;
  readonly kind: Kind;
  readonly resource: CustomResource;
}

export interface ResourceCache {
  get(key: ResourceKey): Cached | undefined;
  /** The resource with this uid, under whatever name. */
  byUid(uid: string): Cached | undefined;
  keys(): Iterable<ResourceKey>;
  /** What a read of the server itself has shown. */
  put(kind: Kind, resource: CustomResource): void;
  drop(key: ResourceKey): void;
  follower(kind: Kind, onFailure: (error: unknown) => void): Follower;
}

/** `touched` is called with the key of whatever has changed, appeared or gone, and of all that a list holds. */
export function resourceCache(touched: (key: ResourceKey) => void): ResourceCache {
  const byKey = new Map<ResourceKey, Cached>();
  const keysByUid = new Map<string, ResourceKey>();

  /** Whether it is news. */
  const put = (kind: Kind, resource: CustomResource): boolean => {
    const key = keyOfResource(kind, resource.metadata);
    const before = byKey.get(key);
    if (before !== undefined && isOlder(resource, before.resource)) return false;
    if (before !== undefined) keysByUid.delete(before.resource.metadata.uid);
    byKey.set(key, { key, kind, resource });
    keysByUid.set(resource.metadata.uid, key);
    const isNews = before?.resource.metadata.resourceVersion !== resource.metadata.resourceVersion;
    if (isNews) touched(key);
    return isNews;
  };
  const drop = (key: ResourceKey, uid?: string): void => {
    const before = byKey.get(key);
    if (before === undefined || (uid !== undefined && uid !== before.resource.metadata.uid)) return;
    byKey.delete(key);
    keysByUid.delete(before.resource.metadata.uid);
    touched(key);
  };
  return {
    get: (key) => byKey.get(key),
    byUid: (uid) => byKey.get(keysByUid.get(uid) ?? ''),
    keys: () => byKey.keys(),
    put: (kind, resource) => void put(kind, resource),
    drop: (key) => drop(key),
    follower: (kind, failed) => ({
      replaced: (resources) => {
        const listed = new Set(resources.map(({ metadata }) => keyOfResource(kind, metadata)));
        for (const [key, cached] of byKey) if (cached.kind === kind && !listed.has(key)) drop(key);
        // A list is newer than anything before it. All of it is looked at: what could not be done may be possible again.
        for (const resource of resources) {
          const key = keyOfResource(kind, resource.metadata);
          const before = byKey.get(key);
          if (before !== undefined && isOlder(resource, before.resource)) byKey.delete(key);
          if (!put(kind, resource)) touched(key);
        }
      },
      changed: (resource) => void put(kind, resource),
      removed: (resource) => drop(keyOfResource(kind, resource.metadata), resource.metadata.uid),
      failed,
    }),
  };
}

/** Of one resource the generation only grows; versions say nothing about order. */
function isOlder({ metadata: one }: CustomResource, { metadata: other }: CustomResource): boolean {
  return one.uid === other.uid && one.generation < other.generation;
}
