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
import { declare, refuseUnfit } from './declare.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from './finalizer.ts';
import { createLinks, type Link } from './links.ts';
import { orgOf } from './org.ts';
import { release } from './release.ts';
import { assertSecrets } from './secrets.ts';
import { isLookAsked, statusOfObject, statusOfPause, statusOfRefusal } from './status.ts';
import type { Teller } from './tell.ts';
import { declaredText, wishesOf } from './translate.ts';
import { waitingList } from './waiting.ts';

export interface Syncing {
  readonly cluster: Cluster;
  readonly settings: AdmissionSettings;
  readonly teller: Teller;
  /** Puts a key into the queue. */
  again(key: ResourceKey): void;
  /** Has `heardGone` called once the object is not in the store any more. */
  awaitGone(objectUid: string, heardGone: () => void): void;
  /** Has `ended` called once the object is neither due nor worked on. */
  awaitPass(objectUid: string, ended: () => void): void;
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

export function syncer(syncing: Syncing): Syncer {
  const { cluster, settings, teller, log } = syncing;
  const links = createLinks();
  /** What was asked for in the annotation, while the look that it asked for is under way. */
  const looking = new Map<ResourceKey, string>();
  const refusals = new Map<ResourceKey, number>();
  const waiting = waitingList();

  /** What it stood for may be declared by another now. */
  const forget = (key: ResourceKey): void => {
    const object = links.objectOf(key);
    links.unlink(key);
    looking.delete(key);
    refusals.delete(key);
    waiting.leave(key);
    if (object !== undefined) call(object);
  };

  const call = ({ kind, org, name }: StoredObject): void => {
    for (const waiter of waiting.called({ kind: kind.name, org, name })) syncing.again(waiter);
  };

  const tell = async (
    key: ResourceKey,
    kind: Kind,
    resource: CustomResource,
    { storedGeneration }: Link,
  ): Promise<Next> => {
    const object = links.objectOf(key);
    const status = object && statusOfObject(resource, object, storedGeneration, looking.has(key));
    return status && (await teller.status(kind, resource, status));
  };

  const present = async (key: ResourceKey, kind: Kind, resource: CustomResource): Promise<Next> => {
    const known = links.get(key);
    if (known?.declared === declaredText(resource)) return await tell(key, kind, resource, known);
    // Refused before anything else happens: a namespace of no org gets no finalizer that would keep it from going.
    const org = await orgOf(cluster.lookups, cluster.id, kind, resource.metadata);
    if (hasFinalizer(resource)) return await bringIn(key, kind, resource, org);
    refuseUnfit(kind, resource, org);
    const held = await addFinalizer(cluster.api, kind, resource);
    cluster.cache.put(kind, held);
    return await bringIn(key, kind, held, org);
  };

  const bringIn = async (
    key: ResourceKey,
    kind: Kind,
    resource: CustomResource,
    org: string,
  ): Promise<Next> => {
    await assertSecrets(cluster.api, kind, resource);
    const object = await declare(cluster, settings, kind, resource, org);
    refusals.delete(key);
    waiting.leave(key);
    if (isLookAsked(resource)) await look(key, resource, object);
    call(object);
    return await tell(key, kind, resource, links.link(key, declaredText(resource), object));
  };

  /** Has the engine look at the object now; that it was done is told once the pass has ended. */
  const look = async (key: ResourceKey, resource: CustomResource, object: StoredObject): Promise<void> => {
    const asked = wishesOf(resource).requestedAt;
    if (asked === undefined || looking.get(key) === asked) return;
    await cluster.writing.db.transaction((tx) => requestWork(tx, object.uid));
    looking.set(key, asked);
    syncing.awaitPass(object.uid, () => {
      if (looking.get(key) === asked) looking.delete(key);
      syncing.again(key);
    });
  };

  const leave = async (key: ResourceKey, kind: Kind, resource: CustomResource): Promise<Next> => {
    if (!hasFinalizer(resource)) return undefined;
    const released = await release(cluster, settings, kind, resource);
    if (!released.done) {
      syncing.awaitGone(released.object.uid, () => syncing.again(key));
      const made = links.link(key, '', released.object);
      // Until the engine has looked at the deletion, the object says what it said before.
      return links.objectOf(key)?.deletionTimestamp === null
        ? undefined
        : await tell(key, kind, resource, made);
    }
    if (released.orphan !== undefined) {
      const { object, why } = released.orphan;
      const message = `${object.kind.singular} ${object.org}/${object.name} stays in Lattice: ${why}`;
      log.info(
        { resource: shownResource(kind, resource), uid: object.uid, why },
        'the object is left behind',
      );
      await teller.event(kind, resource, { type: 'Normal', reason: 'Orphaned', message });
      links.link(key, '', object);
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
    links.unlink(key);
    const attempt = refusals.get(key) ?? 0;
    refusals.set(key, attempt + 1);
    const org = await orgOf(cluster.lookups, cluster.id, kind, resource.metadata).catch(() => undefined);
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
        links.unlink(key);
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
      links.heard(object);
      syncing.again(cached.key);
    },
    doubt: (key) => {
      links.unlink(key);
      syncing.again(key);
    },
    doubtAll: () => {
      links.clear();
      looking.clear();
    },
    linked: links.byObject,
  };
}

const now = (): string => new Date().toISOString();
