// How far behind the watches of clusters are.

import { Gauge, type Registry } from 'prom-client';

/** Kinds with the milliseconds since their watch was last known to be healthy. */
export type WatchAges = () => Iterable<readonly [kind: string, sinceHealthyMs: number]>;

export interface WatchHealth {
  follow(cluster: string, ages: WatchAges): void;
}

export function watchHealth(registry: Registry): WatchHealth {
  const clusters = new Map<string, WatchAges>();
  new Gauge({
    name: 'lattice_kubernetes_seconds_since_healthy',
    help: 'Seconds since the watch of a kind last heard from the API server, which it does once a minute at rest.',
    labelNames: ['cluster', 'kind'],
    registers: [registry],
    collect() {
      for (const [cluster, ages] of clusters)
        for (const [kind, ms] of ages()) this.set({ cluster, kind }, ms / 1000);
    },
  });
  return { follow: (cluster, ages) => clusters.set(cluster, ages) };
}
