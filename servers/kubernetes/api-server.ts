// Starts a real Kubernetes API server on an etcd, with an authority, tokens and RBAC of its own.
// Promise: loopback only; who says nothing is nobody, and RBAC decides what the others may; the same folder, etcd and port
//   after a stop or a SIGKILL are the same cluster to every client; it is ready when this resolves; `stop` returns when
//   it is gone.
// Never: a node, a network or anything else that runs pods.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Exit, startChild } from '../child.ts';
import { findTool } from '../find.ts';
import { onFreePorts, requireFree } from '../ports.ts';
import { pidNotedIn, waitForEnd } from '../previous.ts';
import { waitUntilServing } from '../serving.ts';
import { askReady } from './answers.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { type Pki, preparePki } from './pki.ts';

export interface ApiServerOptions {
  /** Made when it does not exist; holds the keys, the admin's kubeconfig and the log. */
  readonly folder: string;
  readonly etcd: { readonly url: string };
  /** A free port by default. */
  readonly port?: number;
  readonly onProgress?: (line: string) => void;
  /** More flags, such as `{ 'audit-log-path': file }`. */
  readonly flags?: Readonly<Record<string, string>>;
}

export interface RunningApiServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly caFile: string;
  readonly caPem: string;
  /** Path of the admin's kubeconfig. */
  readonly kubeconfig: string;
  /** The admin's (group `system:masters`): not for logs. */
  readonly token: string;
  readonly pki: Pki;
  readonly logFile: string;
  /** Settles when the server ends, wanted or not. */
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
}

const server = 'The Kubernetes API server';
/** Its own end hangs when etcd ends first, as it may when whoever started both is killed; only etcd has anything to lose. */
const stopLimitMs = 5_000;

export async function startApiServer(options: ApiServerOptions): Promise<RunningApiServer> {
  const { onProgress = () => {}, etcd, port, flags = {} } = options;
  const folder = resolve(options.folder);
  const { path } = await findTool('kube-apiserver', { progress: onProgress });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pki = await preparePki(join(folder, 'pki'));
  await waitForPreviousServer(folder, onProgress);
  if (port !== undefined) await requireFree(port, server);
  const start = (port: number) => serve({ path, folder, pki, etcdUrl: etcd.url, port, flags });
  const running = await (port === undefined ? onFreePorts(1, ([free = 0]) => start(free)) : start(port));
  onProgress(`Kubernetes serves on ${running.url}`);
  return running;
}

const pidFileOf = (folder: string): string => join(folder, 'api-server.pid');

/** Two servers would write one kubeconfig and one log. */
async function waitForPreviousServer(folder: string, progress: (line: string) => void): Promise<void> {
  const pid = () => pidNotedIn(pidFileOf(folder));
  await waitForEnd({ server, command: 'kube-apiserver', data: folder, pid, progress });
}

interface ServeOptions {
  readonly path: string;
  readonly folder: string;
  readonly pki: Pki;
  readonly etcdUrl: string;
  readonly port: number;
  readonly flags: Readonly<Record<string, string>>;
}

async function serve(options: ServeOptions): Promise<RunningApiServer> {
  const { path, folder, pki, port } = options;
  const logFile = join(folder, 'api-server.log');
  const url = `https://127.0.0.1:${port}`;
  const { caFile, caPem, adminToken: token } = pki;
  const child = await startChild({
    name: server,
    command: path,
    args: Object.entries(serverFlags(options)).map(([flag, value]) => `--${flag}=${value}`),
    // Webhooks and etcd are on this machine, so no proxy of the person who runs us has a part in it.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    logFile,
    stopSignal: 'SIGTERM',
    stopLimitMs,
  });
  await writeFile(pidFileOf(folder), String(child.pid));
  const stop = async () => {
    await child.stop();
  };
  await waitUntilServing(server, child, logFile, () => askReady({ url, caPem, token }, '/readyz'));
  const kubeconfig = join(folder, 'admin.kubeconfig');
  await writeKubeconfig(kubeconfig, { server: { url, caPem }, credentials: { token } });
  return {
    ...{ url, port, pid: child.pid, caFile, caPem, kubeconfig, token, pki },
    ...{ logFile, exited: child.exited, stop },
  };
}

function serverFlags({ pki, etcdUrl, port, flags }: ServeOptions): Record<string, string> {
  return {
    'etcd-servers': etcdUrl,
    'bind-address': '127.0.0.1',
    'secure-port': String(port),
    'tls-cert-file': pki.servingCertificateFile,
    'tls-private-key-file': pki.servingKeyFile,
    'client-ca-file': pki.caFile,
    'token-auth-file': pki.tokensFile,
    'anonymous-auth': 'false',
    'authorization-mode': 'RBAC',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-signing-key-file': pki.serviceAccountKeyFile,
    'service-account-key-file': pki.serviceAccountPublicKeyFile,
    // It would refuse every pod until a controller has made its namespace's service account.
    'disable-admission-plugins': 'ServiceAccount',
    'service-cluster-ip-range': '10.0.0.0/24',
    // The service `kubernetes` leads pods to the API server; there are none, and a loopback address is refused for it.
    'endpoint-reconciler-type': 'none',
    profiling: 'false',
    ...flags,
  };
}
