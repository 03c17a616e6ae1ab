// How to reach Temporal, in the form that both the client and the worker take.

import { readFile } from 'node:fs/promises';
import type { Config } from './definition.ts';
import { ConfigError } from './load.ts';

export interface TemporalConnection {
  readonly address: string;
  readonly apiKey?: string;
  readonly tls?: { serverRootCACertificate?: Buffer; clientCertPair?: { crt: Buffer; key: Buffer } };
}

export async function temporalConnection(config: Config): Promise<TemporalConnection> {
  const {
    temporalTlsCaFile: ca,
    temporalTlsCertFile: cert,
    temporalTlsKeyFile: key,
    temporalApiKeyFile: apiKey,
  } = config;
  const tls = {
    ...(ca !== undefined && { serverRootCACertificate: await readFile(ca) }),
    ...(cert !== undefined &&
      key !== undefined && { clientCertPair: { crt: await readFile(cert), key: await readFile(key) } }),
  };
  return {
    address: config.temporalAddress,
    ...(apiKey !== undefined && { apiKey: await readApiKey(apiKey) }),
    ...((apiKey !== undefined || Object.keys(tls).length > 0) && { tls }),
  };
}

/** The client would refuse a key with a line end in it too, and repeat it. */
async function readApiKey(file: string): Promise<string> {
  const key = (await readFile(file, 'utf8')).trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new ConfigError(
    `temporalApiKeyFile: ${file} must hold one key, of visible ASCII characters, on one line`,
  );
}
