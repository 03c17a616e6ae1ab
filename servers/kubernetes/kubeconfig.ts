// Writes the file from which kubectl and every other client know a cluster and who they are to it.
// Promise: one cluster, one user, one context; everything is in the file, so that it may be copied; for its owner alone.
// Never: a check of the server's certificate left out.
import { writeFile } from 'node:fs/promises';
import type { Certificate } from './certificates.ts';

/** How the client says who it is. */
export type Credentials =
  | { readonly token: string }
  | { readonly certificate: Certificate }
  | { readonly exec: ExecPlugin };

/** A program that the client runs, and that prints an ExecCredential. */
export interface ExecPlugin {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Kubeconfig {
  readonly server: { readonly url: string; readonly caPem: string };
  readonly credentials: Credentials;
  /** `default` by default. */
  readonly namespace?: string;
}

const name = 'lattice';

/** JSON, which is YAML too. */
export async function writeKubeconfig(file: string, kubeconfig: Kubeconfig): Promise<void> {
  const { server, credentials, namespace = 'default' } = kubeconfig;
  const cluster = { server: server.url, 'certificate-authority-data': base64(server.caPem) };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: userOf(credentials) }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  };
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

function userOf(credentials: Credentials): object {
  if ('token' in credentials) return { token: credentials.token };
  if ('certificate' in credentials) {
    const { certificatePem, privateKeyPem } = credentials.certificate;
    return {
      'client-certificate-data': base64(certificatePem),
      'client-key-data': base64(privateKeyPem),
    };
  }
  const { command, args = [], env = {} } = credentials.exec;
  return {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      args,
      env: Object.entries(env).map(([name, value]) => ({ name, value })),
      interactiveMode: 'Never',
    },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
