// How a cluster is reached: the address, and for each request the headers and the connections that the kubeconfig asks for
// (token, token file, client certificate, exec plugin). Promise: credentials that rotate are taken up, at the latest when the
// server refuses the old ones. Never: a credential in a log or an error.

import type { RequestOptions } from 'node:https';
import { KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';

/** Where to find a cluster: a kubeconfig (its current context), or the service account of the pod that we run in. */
export type ClusterAccess = { readonly kubeconfig: string } | { readonly inCluster: true };

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

export interface Connection {
  /** Base address, without a slash at the end. */
  readonly server: string;
  credentials(): Promise<Credentials>;
  /** The server refused what it was given: it is read again for the next request. */
  refused(): void;
  close(): Promise<void>;
}

const FRESH_MS = 10_000;
/** A plugin that hangs must not hold up every call for ever, nor the end of this process. */
const PLUGIN_LIMIT_MS = 20_000;

export function openConnection(access: ClusterAccess, pluginLimitMs = PLUGIN_LIMIT_MS): Connection {
  let config = load(access);
  let current: (Credentials & { readonly material: string; readonly until: number }) | undefined;
  const retired: Dispatcher[] = [];

  const renew = async (): Promise<Credentials> => {
    const options: RequestOptions & { auth?: string } = { headers: {} };
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, auth } = options;
    const tls = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
    const material = JSON.stringify(tls, (_name, value: unknown) =>
      Buffer.isBuffer(value) ? value.toString('base64') : value,
    );
    const kept = current?.material === material ? current.dispatcher : undefined;
    // Connections of an old certificate end with the requests that use them.
    if (current !== undefined && kept === undefined) retired.push(current.dispatcher);
    current = {
      headers: {
        ...headersOf(options.headers),
        ...(auth && { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }),
      },
      dispatcher: kept ?? (await dispatcherOf(config, serverOf(config))),
      material,
      until: performance.now() + FRESH_MS,
    };
    return current;
  };
  let renewing: Promise<Credentials> | undefined;

  return {
    server: serverOf(config),
    credentials: async () => {
      if (current !== undefined && performance.now() < current.until) return current;
      renewing ??= within(pluginLimitMs, renew()).finally(() => {
        renewing = undefined;
      });
      return await renewing;
    },
    refused: () => {
      // A new one, since the old keeps tokens that it has read for a minute.
      config = load(access);
      if (current !== undefined) current = { ...current, until: 0 };
    },
    close: async () => {
      const all = [...retired, ...(current === undefined ? [] : [current.dispatcher])];
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => limit.reject(new Error(`the kubeconfig gave no credentials within ${ms} ms`)),
    ms,
  );
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function load(access: ClusterAccess): KubeConfig {
  const config = new KubeConfig();
  if ('inCluster' in access) config.loadFromCluster();
  else config.loadFromFile(access.kubeconfig);
  return config;
}

function serverOf(config: KubeConfig): string {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error('the kubeconfig has no current context with a cluster');
  return server.replace(/\/+$/, '');
}

function headersOf(headers: RequestOptions['headers']): Record<string, string> {
  if (headers === undefined || Array.isArray(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), String(value)]],
    ),
  );
}

/** With the connections that the kubeconfig asks for: its CA, a client certificate, a proxy. */
async function dispatcherOf(config: KubeConfig, server: string): Promise<Dispatcher> {
  const context = new RequestContext(server, 'GET');
  await config.applySecurityAuthentication(context);
  return context.getDispatcher() ?? new Agent();
}
