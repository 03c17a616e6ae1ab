// A Kubernetes cluster for the demo, with our kinds, and kubectl as its administrator.
// Promise: all kinds are served when this resolves. Never: a cluster that outlives the demo.

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Kubectl, kubectlFor } from '../../servers/kubernetes/kubectl.ts';
import { startKubernetes } from '../../servers/kubernetes/kubernetes.ts';

export interface DemoCluster {
  /** By which orgs name it. */
  readonly id: string;
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  apply(...manifests: readonly object[]): Promise<string>;
  stop(): Promise<void>;
}

const DEFINITIONS = join(import.meta.dirname, '../../crds/generated');

export async function startDemoCluster(folder: string, show: (line: string) => void): Promise<DemoCluster> {
  await using started = new AsyncDisposableStack();
  const kubernetes = await startKubernetes({ folder, onProgress: show });
  started.defer(kubernetes.stop);
  const { kubeconfig } = kubernetes.apiServer;
  const kubectl = await kubectlFor(kubeconfig, show);
  const installed = await kubectl('apply', '--server-side', '-k', DEFINITIONS);
  show(`kubectl apply -k crds/generated: ${installed.trim().split('\n').length} definitions`);
  await kubectl('wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s');
  const id = await kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}');
  const kept = started.move();
  return {
    id,
    kubeconfig,
    kubectl,
    apply: async (...manifests) => {
      const file = join(folder, `${randomUUID()}.yaml`);
      await writeFile(file, manifests.map((each) => stringify(each)).join('---\n'));
      return await kubectl('apply', '-f', file);
    },
    stop: () => kept.disposeAsync(),
  };
}
