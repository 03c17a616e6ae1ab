// The admission webhook of this process: its server, the certificate it serves with, and the bundles of the clusters on which this
// process acts. Every process serves all clusters; any of them may be asked.

import { readFile } from 'node:fs/promises';
import type { Config } from '../../../config/definition.ts';
import { seldom } from '../../../config/seldom.ts';
import type { ControllerContext } from '../../context.ts';
import type { Cluster } from '../cluster.ts';
import { LostRoleError } from '../role.ts';
import { isBelieved, keepBundles } from './bundle.ts';
import { startWebhookServer } from './server.ts';
import { servingCertificates } from './serving.ts';

export interface Webhook {
  readonly address: string;
  stop(): Promise<void>;
}

/** Undefined when no port is configured. `clusters` has one for each that is followed, undefined until it is known. */
export async function startWebhook(
  context: ControllerContext,
  config: Config,
  clusters: () => readonly (Cluster | undefined)[],
): Promise<Webhook | undefined> {
  const { db, policies, admission, log, holder } = context;
  const { kubernetesWebhookHost: host, kubernetesWebhookPort: port } = config;
  const { kubernetesWebhookName: configuration, kubernetesWebhookDnsNames: dnsNames } = config;
  if (port === undefined) return undefined;
  const warnServing = seldom((error, unsaid) =>
    log.warn(
      { error, unsaid },
      'the certificate of the webhook could not be looked after; it is tried again',
    ),
  );
  const warnBundle = seldom((error, unsaid) =>
    log.warn({ error, unsaid }, 'the caBundle of the webhook could not be kept; it is tried again'),
  );
  const certificates = await servingCertificates({
    db,
    holder,
    dnsNames,
    lifetimeMs: config.kubernetesWebhookCertificateMs,
    isBelieved: async (pem) => {
      const asked = clusters().map(
        async (cluster) => cluster !== undefined && (await isBelieved(cluster, configuration, pem)),
      );
      return (await Promise.all(asked)).every((believed) => believed);
    },
    failed: warnServing,
  });
  const reviewing = { db, policies, settings: admission };
  const { first: certificate } = certificates;
  const caFile = config.kubernetesWebhookClientCaFile;
  const clientCa = caFile === undefined ? undefined : await readFile(caFile, 'utf8');
  const server = await startWebhookServer({ host, port, certificate, clientCa, reviewing, clusters, log });
  certificates.start(server.serveWith);
  context.readiness.set('webhook', certificates.isReady);
  const keeper = keepBundles(db, configuration, clusters, (error) => {
    if (!(error instanceof LostRoleError)) warnBundle(error);
  });
  log.info({ address: server.address }, 'the admission webhook is up');
  return {
    address: server.address,
    stop: async () => {
      await keeper.stop();
      await server.close();
      await certificates.stop();
    },
  };
}
