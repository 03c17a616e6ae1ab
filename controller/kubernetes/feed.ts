// Notices what has become of a cluster's objects in the store: statuses that changed, objects that are gone, and what a waiting
// resource waits for. Promise: a change of any process is seen within a moment; at rest it only reads.

import { changedStatuses, type StatusPosition, stillDue, stillStored } from '../../store/cluster-objects.ts';
import type { Database } from '../../store/database.ts';
import type { StoredObject } from '../../store/objects.ts';

export interface Feed {
  /** Calls `gone` once the object is not in the store any more. */
  awaitGone(objectUid: string, gone: () => void): void;
  /** Calls `ended` once the object is neither due nor worked on, after `heard` with what came of it. */
  awaitPass(objectUid: string, ended: () => void): void;
  stop(): Promise<void>;
}

const POLL_MS = 250;

export function startFeed(
  db: Database,
  cluster: string,
  heard: (object: StoredObject) => void,
  failed: (error: unknown) => void,
): Feed {
  const leaving = new Map<string, () => void>();
  const passing = new Map<string, () => void>();
  let position: StatusPosition = '0';
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    // Asked first: what the pass wrote is then among the changes.
    const due = passing.size === 0 ? new Set() : await stillDue(db, [...passing.keys()]);
    const ended = [...passing].filter(([uid]) => !due.has(uid));
    const { changed, next } = await changedStatuses(db, cluster, position);
    for (const object of changed) heard(object);
    position = next;
    for (const [uid, callback] of ended) {
      if (passing.get(uid) === callback) passing.delete(uid);
      callback();
    }
    if (leaving.size === 0) return;
    const stored = await stillStored(db, [...leaving.keys()], cluster);
    for (const [uid, gone] of leaving) {
      if (stored.has(uid)) continue;
      leaving.delete(uid);
      gone();
    }
  };
  const tick = (): void => {
    running = look()
      .catch(failed)
      .then(() => {
        if (!stopped) timer = setTimeout(tick, POLL_MS);
      });
  };
  tick();
  return {
    awaitGone: (uid, gone) => leaving.set(uid, gone),
    awaitPass: (uid, ended) => passing.set(uid, ended),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
