// A kubeconfig as Kubernetes' own clients read it: the cluster and the user of its current context, with the files that it
// names. Promise: what we cannot do is refused by its name. Never: content of the file in an error, for it holds keys.

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readYamlDocuments, YamlFault } from '../../../config/yaml.ts';

export interface ClusterLogin {
  /** Base address, without a slash at the end. */
  readonly server: string;
  readonly ca?: Buffer;
  readonly tlsServerName?: string;
  readonly skipVerification: boolean;
  readonly proxyUrl?: string;
  readonly token?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly exec?: ExecPlugin;
  /** Whom to act as. */
  readonly impersonate?: { readonly user: string; readonly groups: readonly string[] };
}

const execSchema = z.object({
  apiVersion: z.string().default('client.authentication.k8s.io/v1'),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  provideClusterInfo: z.boolean().default(false),
});
export type ExecPlugin = z.infer<typeof execSchema>;

const clusterSchema = z.object({
  server: z.string().min(1),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().default(false),
  'tls-server-name': z.string().optional(),
  'proxy-url': z.string().optional(),
});

const userSchema = z.object({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  exec: execSchema.optional(),
  as: z.string().optional(),
  'as-groups': z.array(z.string()).default([]),
  username: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
});

const fileSchema = z.object({
  'current-context': z.string().min(1),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(z.object({ name: z.string(), cluster: clusterSchema })),
  users: z.array(z.object({ name: z.string(), user: userSchema })),
});

/** Reads the files anew each time: what they hold rotates. */
export async function readKubeconfig(file: string): Promise<ClusterLogin> {
  const config = parse(file, await readFile(file, 'utf8'));
  const current = config['current-context'];
  const context = named(file, 'context', config.contexts, current).context;
  const { cluster } = named(file, 'cluster', config.clusters, context.cluster);
  const { user } = named(file, 'user', config.users, context.user);
  for (const way of ['username', 'auth-provider'] as const)
    if (user[way] !== undefined)
      throw new Error(
        `kubeconfig ${file}: user "${context.user}" logs in by ${way}, which is not supported; use exec`,
      );
  const at = (path: string): string => resolve(dirname(file), path);
  const content = async (path: string | undefined, data: string | undefined): Promise<Buffer | undefined> =>
    data !== undefined
      ? Buffer.from(data, 'base64')
      : path === undefined
        ? undefined
        : await readFile(at(path));
  const ca = await content(cluster['certificate-authority'], cluster['certificate-authority-data']);
  const cert = await content(user['client-certificate'], user['client-certificate-data']);
  const key = await content(user['client-key'], user['client-key-data']);
  const token =
    user.tokenFile === undefined ? user.token : (await readFile(at(user.tokenFile), 'utf8')).trim();
  return {
    server: cluster.server.replace(/\/+$/, ''),
    skipVerification: cluster['insecure-skip-tls-verify'],
    ...(ca && { ca }),
    ...(cluster['tls-server-name'] && { tlsServerName: cluster['tls-server-name'] }),
    ...(cluster['proxy-url'] && { proxyUrl: cluster['proxy-url'] }),
    ...(token && { token }),
    ...(cert && key && { certificate: { cert: cert.toString(), key: key.toString() } }),
    ...(user.exec && { exec: user.exec }),
    ...(user.as && { impersonate: { user: user.as, groups: user['as-groups'] } }),
  };
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The service account of the pod that we run in. */
export async function readServiceAccount(environment: NodeJS.ProcessEnv): Promise<ClusterLogin> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  if (host === undefined)
    throw new Error('kubernetesInCluster is set, but this is no pod of a Kubernetes cluster');
  const address = host.includes(':') ? `[${host}]` : host;
  return {
    server: `https://${address}:${port}`,
    skipVerification: false,
    ca: await readFile(`${SERVICE_ACCOUNT}/ca.crt`),
    token: (await readFile(`${SERVICE_ACCOUNT}/token`, 'utf8')).trim(),
  };
}

function parse(file: string, text: string): z.infer<typeof fileSchema> {
  try {
    const parsed = fileSchema.safeParse(readYamlDocuments(text)[0]?.value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new Error(`kubeconfig ${file}: ${issue?.path.join('.')} is missing or has another form`);
  } catch (error) {
    if (error instanceof YamlFault)
      throw new Error(`kubeconfig ${file}:${error.line}:${error.column}: ${error.message}`);
    throw error;
  }
}

function named<T extends { readonly name: string }>(
  file: string,
  what: string,
  entries: readonly T[],
  name: string,
): T {
  const found = entries.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`kubeconfig ${file}: there is no ${what} named "${name}"`);
  return found;
}
