// The controller: HTTP source, admission, engine, sealer and sweeper in one process. Any number of them may run against
// the same Postgres; the queue and the leases there divide the work.

import { linkWaiter } from '../audit/linked.ts';
import { startSealer } from '../audit/sealer.ts';
import type { Config } from '../config/definition.ts';
import type { Log } from '../config/log.ts';
import { seldom } from '../config/seldom.ts';
import { temporalConnection } from '../config/temporal.ts';
import { openDatabase } from '../store/database.ts';
import { processHolder } from '../store/leases.ts';
import { listen } from '../store/listen.ts';
import { objectLoader } from '../store/objects.ts';
import { admissionSettings } from './admission/settings.ts';
import { temporalBackend } from './backends/temporal.ts';
import type { ControllerContext } from './context.ts';
import { startHoldClock } from './holds/expiry.ts';
import { startHttp } from './http/server.ts';
import { loadTokens } from './http/tokens.ts';
import type { ClusterAccess } from './kubernetes/api/connection.ts';
import { watchHealth } from './kubernetes/metrics.ts';
import { type KubernetesSource, startKubernetesSource } from './kubernetes/source.ts';
import { startWebhook } from './kubernetes/webhook/webhook.ts';
import { createMetrics } from './metrics.ts';
import { policyJudge } from './policy/judge.ts';
import { policyLibrary } from './policy/library.ts';
import { startEngine } from './reconcile/engine.ts';
import { createReconcilers } from './reconcile/reconcilers.ts';
import { recorder } from './reconcile/record.ts';
import { startSweeper } from './sweep/sweeper.ts';

export interface Controller {
  /** Address of the HTTP API, e.g. `http://127.0.0.1:7450`. */
  readonly address: string;
  /** Takes no new work, finishes what is under way, gives up the leases. */
  stop(): Promise<void>;
}

export async function startController(config: Config, log: Log): Promise<Controller> {
  const tokens = await loadTokens(config.tokensFile);
  const clusters: ClusterAccess[] = [
    ...config.kubernetesKubeconfigs.map((kubeconfig) => ({ kubeconfig })),
    ...(config.kubernetesInCluster ? [{ inCluster: true } as const] : []),
  ];
  const db = openDatabase({
    url: config.databaseUrl,
    applicationName: 'lattice-controller',
    // A connection for each pass and each resource of a cluster that is worked on, some for HTTP and reviews, one each for the
    // sealer and the sweeper.
    connections:
      config.reconcileConcurrency * (1 + clusters.length) +
      (config.kubernetesWebhookPort === undefined ? 10 : 20),
    onError: seldom((error, unsaid) => log.warn({ error, unsaid }, 'a Postgres connection broke')),
  });
  const temporal = temporalBackend(await temporalConnection(config));
  const links = linkWaiter(db);
  const metrics = createMetrics(db);
  const policies = policyJudge(policyLibrary(db));
  const intents = new Map<string, string>();
  const context: ControllerContext = {
    db,
    objects: objectLoader(db),
    record: recorder({ db, intents }),
    temporal,
    policies,
    admission: admissionSettings(config),
    log,
    metrics,
    links,
    intents,
    readiness: new Map(),
    holder: processHolder(),
    reconcilers: createReconcilers(db, temporal),
  };
  const sources: KubernetesSource[] = [];
  const followed = () => clusters.map((_, index) => sources[index]?.cluster());
  const giveUp = async (error: unknown): Promise<never> => {
    await Promise.allSettled([policies.close(), db.close(), temporal.close()]);
    throw error;
  };
  const { app, address } = await startHttp(context, config, tokens).catch(giveUp);
  const webhook = await startWebhook(context, config, followed).catch(async (error: unknown) => {
    await app.close();
    return await giveUp(error);
  });
  const sealer = startSealer({
    db,
    holder: context.holder,
    onSealed: (count) => metrics.links.inc(count),
    onError: seldom((error, unsaid) => log.warn({ error, unsaid }, 'sealing failed; it is tried again')),
  });
  const engine = startEngine(context, config.reconcileConcurrency);
  const holds = startHoldClock(context);
  const sweeper = startSweeper(context, config.sweepIntervalMs);
  const health = watchHealth(metrics.registry);
  const { reconcileConcurrency: concurrency, sweepIntervalMs } = config;
  for (const [index, access] of clusters.entries()) {
    // A holder for each: of two ways to one cluster only one is gone.
    const holder = `${context.holder}+${index}`;
    const following = { concurrency, sweepIntervalMs, health };
    sources.push(startKubernetesSource({ ...context, holder }, access, following));
  }
  const listener = listen({
    url: config.databaseUrl,
    applicationName: 'lattice-controller-listen',
    channels: { audit_linked: links.wake },
    onError: seldom((error, unsaid) =>
      log.warn({ error, unsaid }, 'the listening connection broke; reconnecting'),
    ),
  });
  log.info({ address, holder: context.holder }, 'the controller is up');
  return {
    address,
    stop: async () => {
      await app.close();
      await webhook?.stop();
      await Promise.all(sources.map((source) => source.stop()));
      await sweeper.stop();
      await holds.stop();
      await engine.stop();
      // Last, so that what was just done is linked.
      sealer.wake();
      await sealer.stop();
      await listener.stop();
      await Promise.allSettled([policies.close(), db.close(), temporal.close()]);
      log.info({}, 'the controller has stopped');
    },
  };
}
