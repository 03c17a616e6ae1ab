// What admission sees of the other objects: the store, or the store as it would be after the changes of a plan so far.

import type { Queryable } from '../../store/database.ts';
import { dependentsOf, listObjects } from '../../store/object-lists.ts';
import {
  findObject,
  findObjects,
  type ObjectKey,
  type RowLock,
  type StoredObject,
} from '../../store/objects.ts';

/** An object as far as admission is concerned; a planned one has no uid, owner or version yet. */
export interface SeenObject extends ObjectKey {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly deleting: boolean;
  readonly stored?: StoredObject;
}

export interface World {
  find(key: ObjectKey): Promise<SeenObject | undefined>;
  /** Objects that refer to this one; for an org, what lives in it. */
  dependents(key: ObjectKey): Promise<SeenObject[]>;
  /** Every object of a kind in an org; none of them is locked. */
  list(kind: string, org: string): Promise<SeenObject[]>;
  /** As `find`; in a write, others that claim the same object wait until the transaction ends. */
  claim(key: ObjectKey): Promise<SeenObject | undefined>;
}

export const keyText = (key: ObjectKey): string => `${key.kind}/${key.org}/${key.name}`;

/**
 * The store itself. In a write, `lock` keeps every object that was looked at from changing until the transaction ends, so
 * that two writes that are each right alone cannot be wrong together.
 */
export function storeWorld(db: Queryable, lock?: RowLock, ahead: ReadAhead = new Map()): World {
  return {
    find: async (key) => {
      const text = keyText(key);
      const stored = ahead.has(text) ? ahead.get(text) : await findObject(db, key, lock);
      return stored && seen(stored);
    },
    claim: async (key) => {
      const stored = await findObject(db, key, lock && 'update');
      return stored && seen(stored);
    },
    dependents: async (key) => (await dependentsOf(db, key)).map(seen),
    list: async (kind, org) =>
      (await listObjects(db, { orgs: [org] }, { kind, org, limit: Number.MAX_SAFE_INTEGER })).map(seen),
  };
}

/** By `keyText`: what has been read already, and locked, in this transaction. */
export type ReadAhead = ReadonlyMap<string, StoredObject | undefined>;

/** Reads, in one go, what an admission is going to look at. */
export async function readAhead(
  db: Queryable,
  keys: readonly ObjectKey[],
  lock: RowLock,
): Promise<ReadAhead> {
  const found = await findObjects(db, keys, lock);
  const byKey = new Map(found.map((stored) => [keyText(seen(stored)), stored]));
  return new Map(keys.map((key) => [keyText(key), byKey.get(keyText(key))]));
}

export function seen(stored: StoredObject): SeenObject {
  return {
    kind: stored.kind.name,
    org: stored.org,
    name: stored.name,
    labels: stored.labels,
    spec: stored.spec,
    deleting: stored.deletionTimestamp !== null,
    stored,
  };
}
