// Whom an API server believes when it calls the webhook: the caBundle of our ValidatingWebhookConfiguration. Promise: the process
// that acts on the cluster keeps it at the certificates that are live; at rest nothing is written. Never: anything else of
// the configuration, which belongs to whoever installed it.

import { z } from 'zod';
import type { Queryable } from '../../../store/database.ts';
import { liveCertificates, removeExpiredCertificates } from '../../../store/webhook-certificates.ts';
import type { KubernetesApi } from '../api/client.ts';
import { isNotFound } from '../api/errors.ts';
import type { Cluster } from '../cluster.ts';

const configurationSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  webhooks: z.array(z.object({ clientConfig: z.object({ caBundle: z.string().default('') }) })).default([]),
});

const pathOf = (name: string): string =>
  `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${name}`;

/** Undefined when there is none: then nobody calls. */
async function bundlesIn(api: KubernetesApi, name: string) {
  try {
    const { metadata, webhooks } = await api.call(configurationSchema, { method: 'GET', path: pathOf(name) });
    const bundles = webhooks.map(({ clientConfig }) =>
      Buffer.from(clientConfig.caBundle, 'base64').toString('utf8'),
    );
    return { resourceVersion: metadata.resourceVersion, bundles };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Whether the API server would believe the certificate, wherever it calls us. */
export async function isBelieved({ api }: Cluster, name: string, pem: string): Promise<boolean> {
  const found = await bundlesIn(api, name);
  return found === undefined || found.bundles.every((bundle) => bundle.includes(pem));
}

export interface BundleKeeper {
  stop(): Promise<void>;
}

const POLL_MS = 1_000;
/** Somebody else may have written the configuration anew. */
const LOOK_AGAIN_MS = 5_000;

/** Keeps the bundle of each cluster on which this process acts. */
export function keepBundles(
  db: Queryable,
  name: string,
  clusters: () => readonly (Cluster | undefined)[],
  failed: (error: unknown) => void,
): BundleKeeper {
  const kept = new Map<string, { readonly bundle: string; readonly at: number }>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const keep = async (cluster: Cluster): Promise<void> => {
    if (!cluster.isActing()) {
      kept.delete(cluster.id);
      return;
    }
    const bundle = (await liveCertificates(db)).join('');
    const before = kept.get(cluster.id);
    const isFresh = before !== undefined && performance.now() - before.at < LOOK_AGAIN_MS;
    if (bundle === '' || (before?.bundle === bundle && isFresh)) return;
    const found = await bundlesIn(cluster.api, name);
    if (found?.bundles.some((each) => each !== bundle) === true)
      await writeBundle(cluster.api, name, found, bundle);
    if (found === undefined) failed(new Error(`there is no ValidatingWebhookConfiguration "${name}"`));
    kept.set(cluster.id, { bundle, at: performance.now() });
    await removeExpiredCertificates(db);
  };
  const tick = (): void => {
    const known = clusters().filter((cluster) => cluster !== undefined);
    const all = known.map((cluster) => keep(cluster).catch(failed));
    running = Promise.all(all).then(() => {
      if (!stopped) timer = setTimeout(tick, POLL_MS);
    });
  };
  tick();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** Refused when the configuration has changed since it was read; it is read again then. */
async function writeBundle(
  api: KubernetesApi,
  name: string,
  { resourceVersion, bundles }: { readonly resourceVersion: string; readonly bundles: readonly string[] },
  bundle: string,
): Promise<void> {
  const value = Buffer.from(bundle).toString('base64');
  await api.call(z.unknown(), {
    method: 'PATCH',
    path: pathOf(name),
    query: { fieldManager: 'lattice-webhook' },
    contentType: 'application/json-patch+json',
    body: [
      { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
      ...bundles.map((_, index) => ({ op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value })),
    ],
  });
}
