// A Kubernetes API server on its etcd, each of which can go away and come back, and the proxy through which controllers see them.
// Promise: the same addresses and the same data over restarts. Never: a fault of the proxy for anybody but the controllers.

import { join } from 'node:path';
import { type RunningEtcd, startEtcd } from '../../../servers/etcd.ts';
import { type RunningApiServer, startApiServer } from '../../../servers/kubernetes/api-server.ts';
import { writeKubeconfig } from '../../../servers/kubernetes/kubeconfig.ts';
import { kubectlFor } from '../../../servers/kubernetes/kubectl.ts';
import { removeFolder, temporaryFolder } from '../../support/dev.ts';
import { restartable, type Server } from '../../support/fleet/server.ts';
import { type KubernetesApi, kubernetesApi } from '../../support/kubernetes-api.ts';
import { type FaultyProxy, startFaultyProxy } from '../../support/kubernetes-proxy.ts';

export interface SoakCluster {
  /** By which orgs name it. */
  readonly id: string;
  /** For the controllers: through the proxy. */
  readonly kubeconfig: string;
  /** For clients: without it. */
  readonly api: KubernetesApi;
  readonly proxy: FaultyProxy;
  readonly etcd: Server & { readonly first: RunningEtcd };
  readonly apiServer: Server & { readonly first: RunningApiServer };
  stop(): Promise<void>;
}

const DEFINITIONS = join(import.meta.dirname, '../../../crds/generated');

/** With our kinds, and these namespaces. */
export async function startSoakCluster(namespaces: readonly string[]): Promise<SoakCluster> {
  await using started = new AsyncDisposableStack();
  const folder = await temporaryFolder();
  started.defer(() => removeFolder(folder));
  const etcd = await restartable('etcd', (port) =>
    startEtcd({ dataDir: join(folder, 'etcd'), unsafeNoFsync: true, ...(port !== undefined && { port }) }),
  );
  started.defer(etcd.stop);
  const apiServer = await restartable('the API server', (port) =>
    startApiServer({ folder, etcd: etcd.first, ...(port !== undefined && { port }) }),
  );
  started.defer(apiServer.stop);
  const { first } = apiServer;
  const kubectl = await kubectlFor(first.kubeconfig);
  await kubectl('apply', '--server-side', '-k', DEFINITIONS);
  await kubectl('wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s');
  for (const namespace of namespaces) await kubectl('create', 'namespace', namespace);
  const id = await kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}');
  const proxy = await startFaultyProxy(first);
  started.defer(proxy.close);
  const api = kubernetesApi(first);
  started.defer(async () => api.close());
  const kubeconfig = join(folder, 'proxied.kubeconfig');
  await writeKubeconfig(kubeconfig, {
    server: { url: proxy.url, caPem: first.caPem },
    credentials: { token: first.token },
  });
  const kept = started.move();
  return { id, kubeconfig, api, proxy, etcd, apiServer, stop: () => kept.disposeAsync() };
}
