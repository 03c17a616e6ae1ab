// One soak over a cluster from start to verdict: two controllers that follow it, load and faults, then rest, and a look at what
// stands in the cluster and in the store.

import { setTimeout as delay } from 'node:timers/promises';
import { API_VERSION } from '../../../crds/api.ts';
import { eventually } from '../../support/eventually.ts';
import { type Fleet, startFleet } from '../../support/fleet/fleet.ts';
import { randomFrom } from '../../support/load/random.ts';
import { untilSettled } from '../../support/verdict/settled.ts';
import { judge } from '../../support/verdict/verdict.ts';
import { chaos } from '../chaos.ts';
import type { SoakOptions } from '../soak.ts';
import { startClients } from './clients.ts';
import { type SoakCluster, startSoakCluster } from './cluster.ts';
import { kubernetesFaults } from './faults.ts';
import { missed, standing, untilNothingMissed } from './missed.ts';
import { type ClusterReport, isClean } from './report.ts';
import { allCustom } from './resources.ts';
import { leaksOf, startSampling } from './sample.ts';

/** The namespace of each org has its name. */
const ORGS = ['acme', 'globex'] as const;
/** Longer than any backoff and the longest silence of a watch; what is not at rest by then hangs. */
const REST_MS = 240_000;
const IDLE_MS = 60_000;

export async function soakKubernetes(options: SoakOptions): Promise<ClusterReport> {
  options.say(`seed ${options.seed}`);
  await using started = new AsyncDisposableStack();
  const cluster = await startSoakCluster(ORGS);
  started.defer(cluster.stop);
  const settings = { LATTICE_KUBERNETES_KUBECONFIGS: cluster.kubeconfig };
  const fleet = await startFleet({ controllers: [{}, {}], workers: 1, settings });
  let clean = false;
  started.defer(async () => {
    if (!clean) options.say(`the logs are kept in ${fleet.folder}`);
    await fleet.stop(!clean);
  });
  const report = await run(fleet, cluster, options);
  clean = isClean(report);
  return report;
}

async function run(
  fleet: Fleet,
  cluster: SoakCluster,
  { minutes, seed, say }: SoakOptions,
): Promise<ClusterReport> {
  const { api, proxy } = cluster;
  const random = randomFrom(seed);
  const faultsOver = new AbortController();
  const loadOver = new AbortController();
  const samplingOver = new AbortController();
  const sampling = startSampling(fleet.controllers, samplingOver.signal);
  await declareOrgs(cluster);
  const clients = await startClients(api, random.fork(), ORGS, loadOver.signal);
  const failing = chaos(fleet, random.fork(), faultsOver.signal, say, kubernetesFaults(cluster));
  await delay(minutes * 60_000);

  faultsOver.abort();
  const counts = await failing;
  proxy.calm();
  say('the faults are over; the load ends');
  loadOver.abort();
  await clients.ended;
  say('waiting for rest');
  const calmAt = performance.now();
  const look = async () => missed(await standing(cluster, fleet.world, clients.wanted));
  const notMissed = await untilNothingMissed(look, REST_MS);
  const unsettled = await untilSettled(fleet.world, REST_MS).then(
    () => [],
    (error: unknown) => [String(error)],
  );
  const settledAfterSeconds = Math.round((performance.now() - calmAt) / 1000);
  say(`at rest after ${settledAfterSeconds} s; a minute without changes`);
  const before = proxy.writes().length;
  await delay(IDLE_MS);
  const idleWrites = proxy
    .writes()
    .slice(before)
    .map(({ method, path }) => `${method} ${path}`);
  samplingOver.abort();
  await sampling.ended;
  say('judging');
  const verdict = await judge(fleet);
  const [size] = await fleet.world.sql(
    'SELECT (SELECT count(*) FROM objects)::int AS objects, (SELECT count(*) FROM audit_event)::int AS events',
  );
  await fleet.stopPrograms();
  const growth = sampling.growth();
  return {
    ...verdict,
    seed,
    minutes,
    objects: Number(size?.objects),
    events: Number(size?.events),
    writes: clients.writes(),
    controllerWrites: proxy.writes().length,
    counts,
    growth,
    settledAfterSeconds,
    // Again, for a minute of rest must not have lost anything either.
    missed: notMissed.length > 0 ? notMissed : await look(),
    unsettled,
    leaks: leaksOf(growth),
    idleWrites,
    crashes: [...fleet.crashes(), ...cluster.etcd.crashes, ...cluster.apiServer.crashes],
    failures: clients.failures,
  };
}

async function declareOrgs({ api, id }: SoakCluster): Promise<void> {
  for (const name of ORGS) {
    const spec = { namespaces: [{ cluster: id, namespace: name }] };
    await api.send('POST', `/apis/${API_VERSION}/orgs`, {
      apiVersion: API_VERSION,
      kind: 'Org',
      metadata: { name },
      spec,
    });
  }
  await eventually(
    'the orgs are ready',
    () => allCustom(api),
    (resources) =>
      resources.length === ORGS.length &&
      resources.every(({ status }) =>
        status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
      ),
  );
}
