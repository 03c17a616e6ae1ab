// The source of one cluster: its custom resources become objects, and what becomes of these becomes their status. Promise: one
// process acts, any number stand by with everything read; nothing is lost over faults of either side; a cluster at rest
// is not written to.

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { seldom } from '../../config/seldom.ts';
import { holdLease } from '../../store/leases.ts';
import type { ControllerContext } from '../context.ts';
import { backoffMs } from '../reconcile/backoff.ts';
import { type KubernetesApi, kubernetesApi } from './api/client.ts';
import { type ClusterAccess, openConnection } from './api/connection.ts';
import { ApiError, isConflict, isNotFound } from './api/errors.ts';
import { type ResourceKey, resourcePath, resourceSchema } from './api/resource.ts';
import type { Cluster } from './cluster.ts';
import { startFeed } from './feed.ts';
import { lookups } from './lookups.ts';
import type { WatchHealth } from './metrics.ts';
import { fencedApi, fencedDatabase, LostRoleError, roleName } from './role.ts';
import { misplaced } from './sync/misplaced.ts';
import { syncer } from './sync/sync.ts';
import { teller } from './sync/tell.ts';
import { resourceCache } from './watch/cache.ts';
import { watchKinds } from './watch/kinds.ts';
import type { Pace } from './watch/list-watch.ts';
import { keyQueue, type Next } from './watch/queue.ts';

export interface KubernetesSource {
  /** Undefined until the cluster has said who it is. */
  cluster(): Cluster | undefined;
  stop(): Promise<void>;
}

export interface SourceSettings {
  /** Resources that are worked on at a time. */
  readonly concurrency: number;
  /** Between two comparisons of what is here with what the store has. */
  readonly sweepIntervalMs: number;
  readonly health: WatchHealth;
  readonly pace?: Pace;
}

/** Follows the cluster for ever; one that does not answer yet is waited for. */
export function startKubernetesSource(
  context: ControllerContext,
  access: ClusterAccess,
  settings: SourceSettings,
): KubernetesSource {
  const api = kubernetesApi(openConnection(access));
  const stopping = new AbortController();
  let following: KubernetesSource | undefined;
  const started = identify(context, api, stopping.signal).then((id) => {
    if (id !== undefined) following = follow(context, api, id, settings);
  });
  return {
    cluster: () => following?.cluster(),
    stop: async () => {
      stopping.abort();
      await started;
      await following?.stop();
      await api.close();
    },
  };
}

const namespaceSchema = z.object({ metadata: z.object({ uid: z.string() }) });

/** The uid of kube-system, which names a cluster for as long as it lives; undefined when we are told to stop. */
async function identify(
  { log }: ControllerContext,
  api: KubernetesApi,
  signal: AbortSignal,
): Promise<string | undefined> {
  const warn = seldom((error, unsaid) =>
    log.warn({ error, unsaid }, 'the Kubernetes cluster does not say who it is'),
  );
  for (let attempts = 0; !signal.aborted; attempts++) {
    try {
      const call = { method: 'GET', path: '/api/v1/namespaces/kube-system', signal } as const;
      return (await api.call(namespaceSchema, call)).metadata.uid;
    } catch (error) {
      if (signal.aborted) return undefined;
      warn(error);
      await sleep(Math.min(MOST_IDENTIFY_MS, backoffMs(attempts)), undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}

const MOST_IDENTIFY_MS = 10_000;

function follow(
  context: ControllerContext,
  api: KubernetesApi,
  id: string,
  { concurrency, sweepIntervalMs, health, pace }: SourceSettings,
): KubernetesSource {
  const log = context.log.child({ cluster: id });
  const role = roleName(id);
  const lease = holdLease(context.db, role, context.holder, () => {
    log.info({ holder: context.holder }, 'this process acts on the Kubernetes cluster');
    // What was watched while another acted may be behind what it did: everything is read anew before it is acted on.
    sync.doubtAll();
    watches.relist();
  });
  const cache = resourceCache((key) => queue.add(key));
  const cluster: Cluster = {
    id,
    api: fencedApi(api, lease),
    cache,
    isActing: () => lease.fence() !== undefined,
    lookups: lookups(context.db, id),
    writing: { db: fencedDatabase(context.db, lease, role), policies: context.policies },
  };
  const warnEvents = seldom((error, unsaid) => log.warn({ error, unsaid }, 'an event could not be recorded'));
  const sync = syncer({
    cluster,
    settings: context.admission,
    teller: teller(cluster, warnEvents),
    again: (key) => queue.add(key),
    awaitGone: (uid, gone) => feed.awaitGone(uid, gone),
    awaitPass: (uid, ended) => feed.awaitPass(uid, ended),
    log,
  });
  const warnSync = seldom((error, unsaid) =>
    log.warn({ error, unsaid }, 'a resource could not be synced; it is tried again'),
  );
  const queue = keyQueue(
    concurrency,
    async (key) => (mayActOn(key) ? await attempt(cluster, key, sync.sync) : undefined),
    (_key, error) => warnSync(error),
  );
  const warnFeed = seldom((error, unsaid) =>
    log.warn({ error, unsaid }, 'statuses cannot be read; waiting for Postgres'),
  );
  const feed = startFeed(context.db, id, (object) => cluster.isActing() && sync.heard(object), warnFeed);
  const watches = watchKinds(api, cache, log, pace);
  const sweep = setInterval(() => cluster.isActing() && compare().catch(warnFeed), sweepIntervalMs);
  health.follow(id, watches.ages);

  function mayActOn(key: ResourceKey): boolean {
    const kind = cache.get(key)?.kind;
    return cluster.isActing() && (kind === undefined || watches.isFresh(kind));
  }

  async function compare(): Promise<void> {
    for (const key of await misplaced(cluster, sync.linked())) sync.doubt(key);
  }

  return {
    cluster: () => cluster,
    stop: async () => {
      clearInterval(sweep);
      await watches.stop();
      await queue.stop();
      await feed.stop();
      await lease.stop();
    },
  };
}

/** A resource that is not what the watch said it is: it is read anew. */
async function attempt(
  cluster: Cluster,
  key: ResourceKey,
  sync: (key: ResourceKey) => Promise<Next>,
): Promise<Next> {
  try {
    return await sync(key);
  } catch (error) {
    if (error instanceof LostRoleError) return undefined;
    const isStale =
      isNotFound(error) || isConflict(error) || (error instanceof ApiError && error.status === 422);
    const cached = cluster.cache.get(key);
    if (!isStale || cached === undefined) throw error;
    const { kind, resource } = cached;
    try {
      const call = { method: 'GET', path: resourcePath(kind, resource) } as const;
      cluster.cache.put(kind, await cluster.api.call(resourceSchema, call));
    } catch (missing) {
      if (!isNotFound(missing)) throw missing;
      cluster.cache.drop(key);
      return undefined;
    }
    throw error;
  }
}
