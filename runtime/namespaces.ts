// Watches which namespaces there are. Promises to tell every list that it read, one after the other, and to look again
// when it is told of a change. Must never take a failed read for an empty list.

import { errorText, type Log } from './log.ts';
import { pause } from './waiting.ts';

export interface NamespaceSource {
  /** Every namespace that should have a worker. */
  listNamespaces(): Promise<readonly string[]>;
  /** Calls `changed` when a list may be different. Returns how to end the subscription. */
  onChange?(changed: () => void): () => void;
}

export interface NamespaceWatch {
  stop(): Promise<void>;
}

const pollMs = 1_000;

export function watchNamespaces(
  source: NamespaceSource,
  log: Log,
  onList: (namespaces: readonly string[]) => void,
): NamespaceWatch {
  const stopping = new AbortController();
  let changed = new AbortController();
  let failing = false;
  const unsubscribe = source.onChange?.(() => changed.abort());

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      // Renewed before the read: a change during it may or may not be in the list, and must bring another read.
      changed = new AbortController();
      try {
        const namespaces = await source.listNamespaces();
        if (stopping.signal.aborted) return;
        onList(namespaces);
        failing = false;
      } catch (error) {
        if (!failing)
          log.warn({ error: errorText(error) }, 'cannot list namespaces, keeping the workers that run');
        failing = true;
      }
      await pause(pollMs, AbortSignal.any([changed.signal, stopping.signal]));
    }
  }

  const done = poll();
  return {
    stop() {
      unsubscribe?.();
      stopping.abort();
      return done;
    },
  };
}
