// Starts Kubernetes' own controllers beside an API server: what deletes namespaces, collects garbage and the like.
// Promise: only the controllers asked for run, each under its own service account, with the rights that a real cluster gives
//   it; loopback only; they run when this resolves; `stop` returns when they are gone.
// Never: two managers on one cluster; they would not elect a leader.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Exit, startChild } from '../child.ts';
import { findTool } from '../find.ts';
import { onFreePorts } from '../ports.ts';
import { pidNotedIn, waitForEnd } from '../previous.ts';
import { waitUntilServing } from '../serving.ts';
import { askReady } from './answers.ts';
import type { RunningApiServer } from './api-server.ts';
import { writeKubeconfig } from './kubeconfig.ts';

/** As `kube-controller-manager --help` lists them. */
export type ControllerName = `${string}-controller`;

export interface ControllerManagerOptions {
  readonly apiServer: Pick<RunningApiServer, 'url' | 'caPem' | 'kubeconfig' | 'pki'>;
  readonly controllers?: readonly ControllerName[];
  readonly onProgress?: (line: string) => void;
}

export interface RunningControllerManager {
  readonly pid: number;
  readonly logFile: string;
  /** Settles when it ends, wanted or not. */
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
}

const name = 'The Kubernetes controller manager';
const stopLimitMs = 5_000;
const usual: readonly ControllerName[] = ['namespace-controller', 'garbage-collector-controller'];

export async function startControllerManager(
  options: ControllerManagerOptions,
): Promise<RunningControllerManager> {
  const { onProgress = () => {}, apiServer, controllers = usual } = options;
  const { path } = await findTool('kube-controller-manager', { progress: onProgress });
  const folder = dirname(apiServer.kubeconfig);
  const kubeconfig = join(folder, 'controller-manager.kubeconfig');
  const pidFile = join(folder, 'controller-manager.pid');
  const pid = () => pidNotedIn(pidFile);
  // The kernel keeps fifteen letters of a program's name.
  await waitForEnd({ server: name, command: 'kube-controller', data: folder, pid, progress: onProgress });
  const certificate = await apiServer.pki.issue({ user: 'system:kube-controller-manager' });
  await writeKubeconfig(kubeconfig, { server: apiServer, credentials: { certificate } });
  const running = await onFreePorts(1, ([port = 0]) =>
    serve({ path, folder, kubeconfig, pidFile, port, controllers, apiServer }),
  );
  onProgress(`Kubernetes runs ${controllers.join(', ')}`);
  return running;
}

interface ServeOptions extends Required<Omit<ControllerManagerOptions, 'onProgress'>> {
  readonly path: string;
  readonly folder: string;
  readonly kubeconfig: string;
  readonly pidFile: string;
  readonly port: number;
}

async function serve(options: ServeOptions): Promise<RunningControllerManager> {
  const { path, folder, pidFile, port, apiServer } = options;
  const logFile = join(folder, 'controller-manager.log');
  const child = await startChild({
    name,
    command: path,
    args: Object.entries(managerFlags(options)).map(([flag, value]) => `--${flag}=${value}`),
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    logFile,
    stopSignal: 'SIGTERM',
    stopLimitMs,
  });
  await writeFile(pidFile, String(child.pid));
  const stop = async () => {
    await child.stop();
  };
  const endpoint = { url: `https://127.0.0.1:${port}`, caPem: apiServer.caPem };
  await waitUntilServing(name, child, logFile, () => askReady(endpoint, '/healthz'));
  return { pid: child.pid, logFile, exited: child.exited, stop };
}

function managerFlags({ kubeconfig, port, controllers, apiServer: { pki } }: ServeOptions) {
  return {
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'bind-address': '127.0.0.1',
    'secure-port': String(port),
    'tls-cert-file': pki.servingCertificateFile,
    'tls-private-key-file': pki.servingKeyFile,
    controllers: controllers.join(','),
    'leader-elect': 'false',
    'use-service-account-credentials': 'true',
    'service-account-private-key-file': pki.serviceAccountKeyFile,
    'root-ca-file': pki.caFile,
    profiling: 'false',
  };
}
