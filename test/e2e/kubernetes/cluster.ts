// A Kubernetes API server of a suite's own, with the CRDs as they are generated. Promise: a kind is served when `install` resolves.
// Never: a cluster that outlives its suite.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crd, crdYaml } from '../../../crds/generate/crd.ts';
import type { Kind } from '../../../crds/kind.ts';
import { startEtcd } from '../../../servers/etcd.ts';
import { startApiServer } from '../../../servers/kubernetes/api-server.ts';
import { eventually } from '../../support/eventually.ts';
import { type KubernetesApi, kubernetesApi } from '../../support/kubernetes-api.ts';
import { collectionOf } from './declared.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export interface Cluster {
  readonly api: KubernetesApi;
  /** Installs the CRD of a kind, or puts another in its place. Throws what the server says against it. */
  install(kind: Kind, definition?: object): Promise<void>;
  stop(): Promise<void>;
}

/** With the namespace `acme`. */
export async function startCluster(): Promise<Cluster> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'lattice-kubernetes-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const etcd = await startEtcd({ dataDir: join(folder, 'etcd'), unsafeNoFsync: true });
  started.defer(etcd.stop);
  const server = await startApiServer({ folder, etcd });
  started.defer(server.stop);
  const api = kubernetesApi(server);
  started.defer(() => api.close());
  await api.send('POST', '/api/v1/namespaces', { metadata: { name: 'acme' } });
  const kept = started.move();
  return {
    api,
    install: (kind, definition) => install(api, kind, definition),
    stop: () => kept.disposeAsync(),
  };
}

/** Unknown fields and fields written twice are refused. */
export const strict = (path: string): string => `${path}?fieldValidation=Strict`;

async function install(api: KubernetesApi, kind: Kind, definition?: object): Promise<void> {
  const path = `${CRDS}/${kind.plural}.lattice.dev`;
  const before = await api.send('GET', path);
  const { status, body } =
    before.status === 404
      ? // As the file is, for the server has a YAML parser of its own.
        await api.send('POST', strict(CRDS), definition ?? crdYaml(kind), 'application/yaml')
      : await api.send('PATCH', path, definition ?? crd(kind), 'application/merge-patch+json');
  if (status > 299) throw new Error(`the CRD of ${kind.name}: ${JSON.stringify(body)}`);
  await eventually(
    `${kind.plural} are served`,
    () => api.send('GET', collectionOf(kind)),
    (answer) => answer.status === 200,
  );
}
