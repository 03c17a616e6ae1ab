// One look at one custom resource: what it declares is brought into the store when it is new, and its status is made to say
// what the store says. Promise: each look starts from what is there now, so that it may be repeated at any time.

import type { Log } from '../../../config/log.ts';
import { LatticeError } from '../../../crds/findings.ts';
import type { Kind } from '../../../crds/kind.ts';
import type { StoredObject } from '../../../store/objects.ts';
import { requestWork } from '../../../store/work.ts';
import type { AdmissionSettings } from '../../admission/settings.ts';
import { backoffMs } from '../../reconcile/backoff.ts';
import { type CustomResource, type ResourceKey, shownResource } from '../api/resource.ts';
import type { Cluster } from '../cluster.ts';
import type { Next } from '../watch/queue.ts';
import { declare } from './declare.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from './finalizer.ts';
import { orgOf } from './org.ts';
import { release } from './release.ts';
import { isLookAsked, statusOfObject, statusOfPause, statusOfRefusal } from './status.ts';
import type { Teller } from './tell.ts';
import { wishesOf } from './translate.ts';
import { waitingList } from './waiting.ts';

export interface Syncing {
  readonly cluster: Cluster;
  readonly settings: AdmissionSettings;
  readonly teller: Teller;
  /** Puts a key into the queue. */
  again(key: ResourceKey): void;
  /** Has `heardGone` called once the object is not in the store any more. */
  awaitGone(objectUid: string, heardGone: () => void): void;
  readonly log: Log;
}

export interface Syncer {
  sync(key: ResourceKey): Promise<Next>;
  /** The store says something new of an object. */
  heard(object: StoredObject): void;
  /** Looks at what a resource declares again, even if it says what it said. */
  doubt(key: ResourceKey): void;
  /** The same of all, when they are looked at next: another process may have acted since. */
  doubtAll(): void;
  /** Resources by the uid of the object that they stand for. */
  linked(): ReadonlyMap<string, ResourceKey>;
}

/** What a resource has become. */
interface Link {
  /** Of the resource: what it declared then. */
  readonly declared: string;
  readonly objectUid: string;
  /** The generation of the object that this is. */
  readonly storedGeneration: number;
}

export function syncer(syncing: Syncing): Syncer {
  const { cluster, settings, teller, log } = syncing;
  const links = new Map<ResourceKey, Link>();
  /** Objects as they were heard of last: a look at the store may be older than what was heard meanwhile. */
  const objects = new Map<string, StoredObject>();
  const refusals = new Map<ResourceKey, number>();
  const waiting = waitingList();

  /** What it stood for may be declared by another now. */
  const forget = (key: ResourceKey): void => {
    const object = objects.get(links.get(key)?.objectUid ?? '');
    unlink(key);
    refusals.delete(key);
    waiting.leave(key);
    if (object !== undefined) call(object);
  };

  const unlink = (key: ResourceKey): void => {
    objects.delete(links.get(key)?.objectUid ?? '');
    links.delete(key);
  };

  const call = ({ kind, org, name }: StoredObject): void => {
    for (const waiter of waiting.called({ kind: kind.name, org, name })) syncing.again(waiter);
  };

  const link = (key: ResourceKey, declared: string, object: StoredObject): Link => {
    const made = { declared, objectUid: object.uid, storedGeneration: object.generation };
    links.set(key, made);
    if (!objects.has(object.uid)) objects.set(object.uid, object);
    return made;
  };

  const tell = async (
    kind: Kind,
    resource: CustomResource,
    { objectUid, storedGeneration }: Link,
  ): Promise<Next> => {
    const object = objects.get(objectUid);
    const status = object && statusOfObject(resource, object, storedGeneration);
    return status && (await teller.status(kind, resource, status));
  };

  const present = async (key: ResourceKey, kind: Kind, resource: CustomResource): Promise<Next> => {
    const known = links.get(key);
    if (known?.declared === declaredText(resource)) return await tell(kind, resource, known);
    if (hasFinalizer(resource)) return await bringIn(key, kind, resource);
    // Refused before anything else happens: a namespace of no org gets no finalizer that would keep it from going.
    await orgOf(cluster.writing.db, cluster.id, kind, resource.metadata);
    const held = await addFinalizer(cluster.api, kind, resource);
    cluster.cache.put(kind, held);
    return await bringIn(key, kind, held);
  };

  const bringIn = async (key: ResourceKey, kind: Kind, resource: CustomResource): Promise<Next> => {
    const object = await declare(cluster, settings, kind, resource);
    refusals.delete(key);
    waiting.leave(key);
    if (isLookAsked(resource)) await cluster.writing.db.transaction((tx) => requestWork(tx, object.uid));
    call(object);
    return await tell(kind, resource, link(key, declaredText(resource), object));
  };

  const leave = async (key: ResourceKey, kind: Kind, resource: CustomResource): Promise<Next> => {
    if (!hasFinalizer(resource)) return undefined;
    const released = await release(cluster, settings, kind, resource);
    if (!released.done) {
      syncing.awaitGone(released.object.uid, () => syncing.again(key));
      const made = link(key, '', released.object);
      // Until the engine has looked at the deletion, the object says what it said before.
      return objects.get(made.objectUid)?.deletionTimestamp === null
        ? undefined
        : await tell(kind, resource, made);
    }
    if (released.orphan !== undefined) {
      const { object, why } = released.orphan;
      const message = `${object.kind.singular} ${object.org}/${object.name} stays in Lattice: ${why}`;
      log.info(
        { resource: shownResource(kind, resource), uid: object.uid, why },
        'the object is left behind',
      );
      await teller.event(kind, resource, { type: 'Normal', reason: 'Orphaned', message });
      link(key, '', object);
    }
    await removeFinalizer(cluster.api, kind, resource);
    teller.forget(resource.metadata.uid);
    return undefined;
  };

  /** Tells why, and comes back: what refuses a resource may change without it. */
  const refuse = async (
    key: ResourceKey,
    kind: Kind,
    resource: CustomResource,
    error: LatticeError,
  ): Promise<Next> => {
    unlink(key);
    const attempt = refusals.get(key) ?? 0;
    refusals.set(key, attempt + 1);
    const org = await orgOf(cluster.writing.db, cluster.id, kind, resource.metadata).catch(() => undefined);
    waiting.wait(key, kind, resource, org, error);
    const held = await teller.status(kind, resource, statusOfRefusal(resource, error, now()));
    return held ?? { afterMs: backoffMs(attempt) };
  };

  return {
    sync: async (key) => {
      const cached = cluster.cache.get(key);
      if (cached === undefined) {
        forget(key);
        return undefined;
      }
      const { kind, resource } = cached;
      if (wishesOf(resource).paused) {
        unlink(key);
        return await teller.status(kind, resource, statusOfPause(resource, now()));
      }
      try {
        const isLeaving = resource.metadata.deletionTimestamp !== undefined;
        return await (isLeaving ? leave : present)(key, kind, resource);
      } catch (error) {
        if (error instanceof LatticeError) return await refuse(key, kind, resource, error);
        throw error;
      }
    },
    heard: (object) => {
      const cached = cluster.cache.byUid(object.owner.ref);
      if (cached === undefined) return;
      objects.set(object.uid, object);
      syncing.again(cached.key);
    },
    doubt: (key) => {
      unlink(key);
      syncing.again(key);
    },
    doubtAll: () => {
      links.clear();
      objects.clear();
    },
    linked: () => new Map([...links].map(([key, { objectUid }]) => [objectUid, key])),
  };
}

const now = (): string => new Date().toISOString();

function declaredText({ metadata }: CustomResource): string {
  const { uid, generation, labels, annotations } = metadata;
  return JSON.stringify([uid, generation, labels, annotations]);
}
