// A real Kubernetes control plane with our kinds, and a fleet of controllers that follow it: what the tests of the source stand
// on. Promise: the namespace `team` is mapped to org `acme`; everything ends with the suite.

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { API_VERSION } from '../../../crds/api.ts';
import { type Kubectl, kubectlFor } from '../../../servers/kubernetes/kubectl.ts';
import { type RunningKubernetes, startKubernetes } from '../../../servers/kubernetes/kubernetes.ts';
import { removeFolder, temporaryFolder } from '../../support/dev.ts';
import { type Fleet, startFleet } from '../../support/fleet/fleet.ts';
import { type KubernetesApi, kubernetesApi } from '../../support/kubernetes-api.ts';

export interface Stand {
  readonly kubernetes: RunningKubernetes;
  readonly fleet: Fleet;
  readonly api: KubernetesApi;
  /** By which orgs name the cluster. */
  readonly clusterId: string;
  kubectl: Kubectl;
  /** Applies YAML or an object as a user does. */
  apply(manifest: string | object, ...flags: string[]): Promise<string>;
  stop(): Promise<void>;
}

export interface StandOptions {
  /** How many, or the settings of each. */
  readonly controllers?: number | readonly Readonly<Record<string, string>>[];
  readonly workers?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** More flags of the API server. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Kubeconfig for the controllers, made in this folder; that of an administrator when left out. */
  readonly kubeconfig?: (kubernetes: RunningKubernetes, folder: string) => Promise<string>;
}

export const ORG = 'acme';
export const NAMESPACE = 'team';

export async function startStand(options: StandOptions = {}): Promise<Stand> {
  await using started = new AsyncDisposableStack();
  const folder = await temporaryFolder();
  started.defer(() => removeFolder(folder));
  const kubernetes = await startKubernetes({
    folder: join(folder, 'cluster'),
    unsafeNoFsync: true,
    ...(options.flags && { flags: options.flags }),
  });
  started.defer(kubernetes.stop);
  const { apiServer } = kubernetes;
  const kubectl = await kubectlFor(apiServer.kubeconfig);
  const api = kubernetesApi(apiServer);
  started.defer(async () => api.close());
  await installKinds(kubectl);
  const clusterId = await kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}');
  const kubeconfig = (await options.kubeconfig?.(kubernetes, folder)) ?? apiServer.kubeconfig;
  const fleet = await startFleet({
    workers: options.workers ?? 1,
    controllers: controllersOf(options).map((settings) => ({ settings })),
    witness: false,
    settings: { LATTICE_KUBERNETES_KUBECONFIGS: kubeconfig, ...options.settings },
  });
  started.defer(() => fleet.stop());
  const apply: Stand['apply'] = async (manifest, ...flags) => {
    const file = join(folder, `${randomUUID()}.yaml`);
    await writeFile(file, typeof manifest === 'string' ? manifest : stringify(manifest));
    return await kubectl('apply', '-f', file, ...flags);
  };
  await kubectl('create', 'namespace', NAMESPACE);
  await apply(resource('Org', ORG, { namespaces: [{ cluster: clusterId, namespace: NAMESPACE }] }));
  await kubectl('wait', `org/${ORG}`, '--for=condition=Ready', '--timeout=60s');
  const kept = started.move();
  return { kubernetes, fleet, api, clusterId, kubectl, apply, stop: () => kept.disposeAsync() };
}

function controllersOf({ controllers = 1 }: StandOptions): readonly Readonly<Record<string, string>>[] {
  return typeof controllers === 'number' ? Array.from({ length: controllers }, () => ({})) : controllers;
}

/** Every kind, and waits until all are served. */
export async function installKinds(kubectl: Kubectl): Promise<void> {
  const folder = join(import.meta.dirname, '../../../crds/generated/crd');
  await kubectl('apply', '--server-side', '-f', folder);
  await kubectl('wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s');
}

/** A custom resource in the mapped namespace, or in the cluster for an org. */
export function resource(kind: string, name: string, spec: object, metadata: object = {}) {
  const namespace = kind === 'Org' ? {} : { namespace: NAMESPACE };
  return { apiVersion: API_VERSION, kind, metadata: { name, ...namespace, ...metadata }, spec };
}
