// Keys to work on, as client-go's queue has them: a key is worked on by one at a time, what comes meanwhile makes it run once
// more, and one that failed comes again after a pause of its own that grows until it succeeds.

import { backoffMs } from '../../reconcile/backoff.ts';

export interface KeyQueue {
  /** Now, whatever pause the key was in. */
  add(key: string): void;
  /** After a while, unless it is added before. */
  addAfter(key: string, ms: number): void;
  /** Keys that wait or are worked on. */
  size(): number;
  /** Takes no more work and waits for what is under way. */
  stop(): Promise<void>;
}

/** What is to become of a key: nothing more, or again after so many milliseconds. */
export type Next = { readonly afterMs: number } | undefined;

/** `work` throws for what is to be tried again with growing pauses; `failed` is told. */
export function keyQueue(
  workers: number,
  work: (key: string) => Promise<Next>,
  failed: (key: string, error: unknown) => void,
): KeyQueue {
  const waiting = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const dirty = new Set<string>();
  const attempts = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  const run = async (key: string): Promise<void> => {
    try {
      const next = await work(key);
      attempts.delete(key);
      if (next !== undefined) addAfter(key, next.afterMs);
    } catch (error) {
      failed(key, error);
      const attempt = attempts.get(key) ?? 0;
      attempts.set(key, attempt + 1);
      addAfter(key, backoffMs(attempt));
    }
  };
  const start = (): void => {
    for (const key of waiting) {
      if (stopped || running.size >= workers) return;
      waiting.delete(key);
      const ended = run(key).finally(() => {
        running.delete(key);
        if (dirty.delete(key)) add(key);
        start();
      });
      running.set(key, ended);
    }
  };
  const add = (key: string): void => {
    if (stopped) return;
    clearTimeout(timers.get(key));
    timers.delete(key);
    if (running.has(key)) dirty.add(key);
    else waiting.add(key);
    start();
  };
  const addAfter = (key: string, ms: number): void => {
    if (stopped || timers.has(key) || waiting.has(key) || dirty.has(key)) return;
    timers.set(
      key,
      setTimeout(() => add(key), ms),
    );
  };
  return {
    add,
    addAfter,
    size: () => waiting.size + running.size,
    stop: async () => {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}
