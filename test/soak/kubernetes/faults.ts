// What is done to the controllers of a cluster, to the cluster, and to what lies between.

import { setTimeout as delay } from 'node:timers/promises';
import { kinds } from '../../../crds/kinds.ts';
import type { Asked, Fault as ProxyFault } from '../../support/kubernetes-proxy.ts';
import type { Random } from '../../support/load/random.ts';
import { away, type Fault, faults, kill } from '../faults.ts';
import type { SoakCluster } from './cluster.ts';

/** Of the soak over HTTP, those that concern the source of a cluster. */
const shared: ReadonlySet<string> = new Set([
  'SIGSTOP of a controller past its leases',
  'connections of Postgres cut one by one',
]);

const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

const ofProxy: Readonly<Record<string, ProxyFault>> = {
  '410': { answer: 410, body: expired },
  '429 with Retry-After': { answer: 429, headers: { 'retry-after': '1' } },
  '500': { answer: 500 },
  'a broken connection': { reset: true },
};
const ofWatches: Readonly<Record<string, ProxyFault>> = {
  ...ofProxy,
  'an ERROR event': { lines: [{ type: 'ERROR', object: expired }] },
  'a clean end at once': { closeCleanly: true },
  silence: { stall: true },
  'events twice and out of order': { rewrite: (lines) => [...lines, ...lines].reverse() },
};

const isWatch = ({ isWatch }: Asked): boolean => isWatch;
const isWrite = ({ method }: Asked): boolean => method !== 'GET';
const isList = (asked: Asked): boolean => !isWrite(asked) && !asked.isWatch;

export function kubernetesFaults({ proxy, etcd, apiServer }: SoakCluster): readonly Fault[] {
  const disturb = (
    name: string,
    weight: number,
    among: Readonly<Record<string, ProxyFault>>,
    when: (asked: Asked) => boolean,
  ): Fault => ({
    name,
    weight,
    counts: 'disturbances',
    target: async () => proxy,
    inject: async (_target, _fleet, random) => {
      const fault = Object.values(among)[random.below(Object.keys(among).length)] ?? { reset: true };
      const { plural } = kinds[random.below(kinds.length)] ?? { plural: '' };
      // Of one kind or of all.
      const isHit = random.next() < 0.5 ? () => true : ({ path }: Asked) => path.includes(`/${plural}`);
      proxy.inject((asked) => when(asked) && isHit(asked), fault, random.between(1, 8));
      if (random.next() < 0.5) proxy.cut();
      await settle(random);
    },
  });
  return [
    ...faults.filter(({ name }) => shared.has(name)),
    {
      // The other one is never killed, so that it is seen whether its memory grows.
      name: 'SIGKILL of the second controller',
      weight: 4,
      counts: 'kills',
      target: async ({ controllers: [, second] }) => (second?.state === 'up' ? second : undefined),
      inject: kill,
    },
    {
      name: 'restart of the API server',
      weight: 2,
      counts: 'outages',
      target: async () => apiServer,
      inject: away(0, 5_000),
    },
    {
      name: 'restart of etcd',
      weight: 2,
      counts: 'outages',
      target: async () => etcd,
      inject: away(0, 3_000),
    },
    disturb('watches go wrong', 5, ofWatches, isWatch),
    disturb('lists go wrong', 3, ofProxy, isList),
    disturb('writes go wrong', 5, ofProxy, isWrite),
  ];
}

const settle = (random: Random): Promise<void> => delay(random.between(500, 3_000));
