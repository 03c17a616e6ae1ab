// How a cluster is reached: the address, and for each request the headers and the connections that the kubeconfig asks for
// (token, token file, client certificate, exec plugin). Promise: credentials that rotate are taken up, at the latest when the
// server refuses the old ones. Never: a credential in a log or an error.

import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { type ExecCredential, runExecPlugin } from './exec-plugin.ts';
import { type ClusterLogin, readKubeconfig, readServiceAccount } from './kubeconfig.ts';

/** Where to find a cluster: a kubeconfig (its current context), or the service account of the pod that we run in. */
export type ClusterAccess = { readonly kubeconfig: string } | { readonly inCluster: true };

export interface Credentials {
  /** Base address, without a slash at the end. */
  readonly server: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly dispatcher: Dispatcher;
}

export interface Connection {
  credentials(): Promise<Credentials>;
  /** The server refused what it was given: it is read again for the next request. */
  refused(): void;
  close(): Promise<void>;
}

/** A token is taken from its file again after so long. */
const FRESH_MS = 10_000;
/** What expires is replaced so long before. */
const MARGIN_MS = 60_000;

export function openConnection(access: ClusterAccess): Connection {
  let current: (Credentials & { readonly material: string; readonly until: number }) | undefined;
  let executed: ExecCredential | undefined;
  const retired: Dispatcher[] = [];

  const loggedIn = async (login: ClusterLogin): Promise<ClusterLogin> => {
    if (login.exec === undefined) return login;
    if (executed === undefined || Date.now() > executed.expiresAt - MARGIN_MS)
      executed = await runExecPlugin(login.exec, login);
    const { token, certificate } = executed;
    return { ...login, ...(token && { token }), ...(certificate && { certificate }) };
  };
  const renew = async (): Promise<Credentials> => {
    const login = await loggedIn(
      'inCluster' in access ? await readServiceAccount(process.env) : await readKubeconfig(access.kubeconfig),
    );
    const material = JSON.stringify([tlsOf(login), login.proxyUrl]);
    const kept = current?.material === material ? current.dispatcher : undefined;
    // Connections of an old certificate end with the requests that use them.
    if (current !== undefined && kept === undefined) retired.push(current.dispatcher);
    current = {
      server: login.server,
      headers: headersOf(login),
      dispatcher: kept ?? dispatcherOf(login),
      material,
      until: performance.now() + FRESH_MS,
    };
    return current;
  };
  let renewing: Promise<Credentials> | undefined;

  return {
    credentials: async () => {
      if (current !== undefined && performance.now() < current.until) return current;
      renewing ??= renew().finally(() => {
        renewing = undefined;
      });
      return await renewing;
    },
    refused: () => {
      executed = undefined;
      if (current !== undefined) current = { ...current, until: 0 };
    },
    close: async () => {
      const all = [...retired, ...(current === undefined ? [] : [current.dispatcher])];
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function headersOf({ token, impersonate }: ClusterLogin): Credentials['headers'] {
  return {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(impersonate && {
      'impersonate-user': impersonate.user,
      ...(impersonate.groups.length > 0 && { 'impersonate-group': [...impersonate.groups] }),
    }),
  };
}

function tlsOf({ ca, certificate, tlsServerName, skipVerification }: ClusterLogin) {
  return {
    rejectUnauthorized: !skipVerification,
    ...(ca && { ca: ca.toString() }),
    ...certificate,
    ...(tlsServerName && { servername: tlsServerName }),
  };
}

function dispatcherOf(login: ClusterLogin): Dispatcher {
  const connect = tlsOf(login);
  return login.proxyUrl === undefined
    ? new Agent({ connect })
    : new ProxyAgent({ uri: login.proxyUrl, requestTls: connect });
}
