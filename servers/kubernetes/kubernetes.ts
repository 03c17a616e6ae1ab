// Starts a Kubernetes control plane in one folder: etcd, the API server and its controllers.
// Promise: ready when this resolves, or nothing runs; `stop` ends them in reverse order and returns when all are gone; the
//   same folder and port are the same cluster again.
// Never: a server that is started without being stopped when a later one fails.
import { join } from 'node:path';
import { type RunningEtcd, startEtcd } from '../etcd.ts';
import { type RunningApiServer, startApiServer } from './api-server.ts';
import {
  type ControllerName,
  type RunningControllerManager,
  startControllerManager,
} from './controller-manager.ts';

export interface KubernetesOptions {
  readonly folder: string;
  /** Of the API server; a free port by default. */
  readonly port?: number;
  /** Deletion of namespaces and garbage collection by default. */
  readonly controllers?: readonly ControllerName[];
  readonly onProgress?: (line: string) => void;
  /** Of etcd: faster, for tests. Off by default. */
  readonly unsafeNoFsync?: boolean;
  /** More flags of the API server. */
  readonly flags?: Readonly<Record<string, string>>;
}

export interface RunningKubernetes {
  readonly etcd: RunningEtcd;
  readonly apiServer: RunningApiServer;
  readonly controllerManager: RunningControllerManager;
  stop(): Promise<void>;
}

export async function startKubernetes(options: KubernetesOptions): Promise<RunningKubernetes> {
  const { folder, controllers, onProgress = () => {}, unsafeNoFsync = false, ...ofApiServer } = options;
  await using started = new AsyncDisposableStack();
  const etcd = await startEtcd({ dataDir: join(folder, 'etcd'), unsafeNoFsync, onProgress });
  started.defer(etcd.stop);
  const apiServer = await startApiServer({ folder, etcd, onProgress, ...ofApiServer });
  started.defer(apiServer.stop);
  const controllerManager = await startControllerManager({
    apiServer,
    onProgress,
    ...(controllers && { controllers }),
  });
  started.defer(controllerManager.stop);
  // From here on the caller stops them; before, a failure of a later one has stopped the earlier.
  const kept = started.move();
  return { etcd, apiServer, controllerManager, stop: () => kept.disposeAsync() };
}
