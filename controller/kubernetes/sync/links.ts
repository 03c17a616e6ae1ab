// Which object each resource has become, and what was heard of that object last. Promise: what is heard while a resource is
// looked at is not lost to the look, which may be older.

import type { StoredObject } from '../../../store/objects.ts';
import type { ResourceKey } from '../api/resource.ts';

export interface Link {
  /** Of the resource: what it declared then. */
  readonly declared: string;
  readonly objectUid: string;
  /** The generation of the object that this is. */
  readonly storedGeneration: number;
}

export interface Links {
  get(key: ResourceKey): Link | undefined;
  /** The object as it was heard of last. */
  objectOf(key: ResourceKey): StoredObject | undefined;
  link(key: ResourceKey, declared: string, object: StoredObject): Link;
  unlink(key: ResourceKey): void;
  heard(object: StoredObject): void;
  clear(): void;
  /** Resources by the uid of their object. */
  byObject(): ReadonlyMap<string, ResourceKey>;
}

export function createLinks(): Links {
  const links = new Map<ResourceKey, Link>();
  const objects = new Map<string, StoredObject>();
  return {
    get: (key) => links.get(key),
    objectOf: (key) => objects.get(links.get(key)?.objectUid ?? ''),
    link: (key, declared, object) => {
      const made = { declared, objectUid: object.uid, storedGeneration: object.generation };
      links.set(key, made);
      if (!objects.has(object.uid)) objects.set(object.uid, object);
      return made;
    },
    unlink: (key) => {
      objects.delete(links.get(key)?.objectUid ?? '');
      links.delete(key);
    },
    heard: (object) => objects.set(object.uid, object),
    clear: () => {
      links.clear();
      objects.clear();
    },
    byObject: () => new Map([...links].map(([key, { objectUid }]) => [objectUid, key])),
  };
}
