// Follows one collection of an API server for ever: a paginated list, then a watch from there. Promise: after any fault
// whatever was missed is made up for by a new list; a silent connection is found out; faults are retried with growing
// pauses that shrink again only after a healthy while. Never: a resourceVersion compared or counted, two lists at once.

import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../reconcile/backoff.ts';
import type { KubernetesApi } from '../api/client.ts';
import { ApiError, apiErrorOfEvent, isGone } from '../api/errors.ts';
import type { CustomResource } from '../api/resource.ts';
import { listAll, watchOnce } from './asking.ts';

export interface Follower {
  /** Everything there is, after a list. */
  replaced(resources: readonly CustomResource[]): void;
  changed(resource: CustomResource): void;
  removed(resource: CustomResource): void;
  /** Each fault; the follower is behind until the next sign of health. */
  failed(error: unknown): void;
}

export interface ListWatch {
  /** Milliseconds since the last list or line of the watch; infinite before the first. */
  sinceHealthyMs(): number;
  /** Lists anew, now. What is told from here on was asked of the server after this call. */
  relist(): void;
  stop(): Promise<void>;
}

export interface Pace {
  /** A watch that says nothing for so long is dead: the server sends a bookmark about once a minute. */
  readonly silenceMs: number;
  /** For how long the server is asked to watch, at least; up to twice that. */
  readonly watchSeconds: number;
  /** A list that nothing asked for, in case an event got lost. */
  readonly relistMs: number;
  /** A watch that ends by itself sooner than this and without an event stands on a version that is not there any more. */
  readonly shortMs: number;
}

const usualPace: Pace = { silenceMs: 90_000, watchSeconds: 300, relistMs: 600_000, shortMs: 2_000 };

export function followCollection(
  api: KubernetesApi,
  path: string,
  follower: Follower,
  pace: Pace = usualPace,
): ListWatch {
  const stopping = new AbortController();
  let anew = new AbortController();
  const interrupted = (): AbortSignal => AbortSignal.any([stopping.signal, anew.signal]);
  let healthyAt: number | undefined;
  let attempts = 0;
  const healthy = (): void => {
    healthyAt = performance.now();
  };

  const list = async (): Promise<string> => {
    const signal = interrupted();
    const { items, version } = await listAll(api, path, signal);
    signal.throwIfAborted();
    healthy();
    follower.replaced(items);
    return version;
  };

  /** Watches from `version` until a new list is needed. */
  const watch = async (version: string): Promise<void> => {
    const relistAt = performance.now() + pace.relistMs;
    const signal = interrupted();
    let from = version;
    while (!signal.aborted && performance.now() < relistAt) {
      const began = performance.now();
      let events = 0;
      for await (const event of watchOnce(api, path, from, pace, signal)) {
        healthy();
        if (event.type === 'ERROR') throw apiErrorOfEvent(event.object);
        from = event.version;
        if (event.type === 'BOOKMARK') continue;
        events += 1;
        if (event.type === 'DELETED') follower.removed(event.resource);
        else follower.changed(event.resource);
      }
      if (performance.now() - began >= pace.shortMs) attempts = 0;
      else if (events === 0)
        throw new ApiError(200, 'ShortWatch', 'the watch was closed at once without an event');
      else await pause(0);
    }
  };

  /** Longer each time, until there was a healthy while. */
  const pause = async (leastMs: number): Promise<void> => {
    const ms = Math.max(leastMs, Math.min(MOST_PAUSE_MS, backoffMs(attempts)));
    attempts += 1;
    await sleep(ms, undefined, { signal: interrupted() }).catch(() => {});
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let listedAt = Number.POSITIVE_INFINITY;
      if (anew.signal.aborted) anew = new AbortController();
      try {
        const version = await list();
        listedAt = performance.now();
        // When it breaks a new list follows: that costs little and is always right.
        await watch(version);
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (anew.signal.aborted) continue;
        if (performance.now() - listedAt > HEALTHY_MS) attempts = 0;
        follower.failed(error);
        // A version that is gone says nothing about the server's health.
        if (isGone(error) && attempts === 0) attempts += 1;
        else await pause(error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0);
      }
    }
  };
  const running = run();
  return {
    sinceHealthyMs: () =>
      healthyAt === undefined ? Number.POSITIVE_INFINITY : performance.now() - healthyAt,
    relist: () => anew.abort(),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

const MOST_PAUSE_MS = 10_000;
const HEALTHY_MS = 5_000;
