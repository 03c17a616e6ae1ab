// The kubeconfig with which controllers reach the API server through a proxy that makes faults.

import { join } from 'node:path';
import type { RunningApiServer } from '../../../servers/kubernetes/api-server.ts';
import { type Credentials, writeKubeconfig } from '../../../servers/kubernetes/kubeconfig.ts';
import type { FaultyProxy } from '../../support/kubernetes-proxy.ts';

/** As an administrator when no credentials are given; returns the file. */
export async function writeProxiedKubeconfig(
  folder: string,
  proxy: Pick<FaultyProxy, 'url'>,
  { caPem, token }: Pick<RunningApiServer, 'caPem' | 'token'>,
  credentials: Credentials = { token },
): Promise<string> {
  const file = join(folder, 'proxied.kubeconfig');
  await writeKubeconfig(file, { server: { url: proxy.url, caPem }, credentials });
  return file;
}
