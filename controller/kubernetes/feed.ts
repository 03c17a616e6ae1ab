// Notices what has become of a cluster's objects in the store: statuses that changed, objects that are gone, and what a waiting
// resource waits for. Promise: a change of any process is seen within a moment; at rest it only reads.

import { changedStatuses, type StatusPosition, stillStored } from '../../store/cluster-objects.ts';
import type { Database } from '../../store/database.ts';
import type { StoredObject } from '../../store/objects.ts';

export interface Feed {
  /** Calls `gone` once the object is not in the store any more. */
  awaitGone(objectUid: string, gone: () => void): void;
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
  let position: StatusPosition = '0';
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    const { changed, next } = await changedStatuses(db, cluster, position);
    for (const object of changed) heard(object);
    position = next;
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
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
