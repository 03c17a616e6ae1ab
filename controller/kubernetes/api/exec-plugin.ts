// Credentials from a program that the kubeconfig names, as Kubernetes' client-authentication API has it. Never: what the
// program prints in an error, nor a shell in between.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { ClusterLogin, ExecPlugin } from './kubeconfig.ts';

export interface ExecCredential {
  readonly token?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Milliseconds since 1970; for ever when the program does not say. */
  readonly expiresAt: number;
}

const LIMIT_MS = 60_000;

const credential = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

export async function runExecPlugin(
  { apiVersion, command, args, env, provideClusterInfo }: ExecPlugin,
  { server, ca, tlsServerName, skipVerification }: ClusterLogin,
): Promise<ExecCredential> {
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(provideClusterInfo && {
        cluster: {
          server,
          'insecure-skip-tls-verify': skipVerification,
          ...(tlsServerName && { 'tls-server-name': tlsServerName }),
          ...(ca && { 'certificate-authority-data': ca.toString('base64') }),
        },
      }),
    },
  };
  const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const { stdout } = await promisify(execFile)(command, args ?? [], {
    env: { ...process.env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    timeout: LIMIT_MS,
  }).catch((error: unknown) => {
    const { code } = z.object({ code: z.union([z.string(), z.number()]) }).safeParse(error).data ?? {};
    throw new Error(`the credential plugin ${command} failed (${code ?? 'ended by a signal'})`);
  });
  const {
    token,
    clientCertificateData: cert,
    clientKeyData: key,
    expirationTimestamp,
  } = statusIn(command, stdout);
  return {
    ...(token && { token }),
    ...(cert && key && { certificate: { cert, key } }),
    expiresAt: expirationTimestamp === undefined ? Number.POSITIVE_INFINITY : Date.parse(expirationTimestamp),
  };
}

function statusIn(command: string, stdout: string): z.infer<typeof credential>['status'] {
  try {
    return credential.parse(JSON.parse(stdout)).status;
  } catch {
    throw new Error(`the credential plugin ${command} printed no ExecCredential`);
  }
}
