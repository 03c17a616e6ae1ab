// A provider served in this process as the program would, for the clients of the tests.

import { createCertificate } from '../protocol/certificate.ts';
import { createServer } from '../protocol/server.ts';
import { openSocket } from '../protocol/socket.ts';
import type { Provider } from '../provider.ts';

export interface Served {
  readonly socketPath: string;
  /** Our certificate in DER; undefined without TLS. */
  readonly certificate: Buffer | undefined;
  /** Closes without waiting for anything. */
  close(): void;
}

/** Without a client's certificate there is no TLS. */
export async function serveHere(
  provider: Provider,
  {
    clientCertificatePem,
    onShutdown = () => {},
  }: { clientCertificatePem?: string; onShutdown?(): void } = {},
): Promise<Served> {
  const identity =
    clientCertificatePem === undefined ? undefined : { own: createCertificate(), clientCertificatePem };
  const socket = await openSocket();
  const server = createServer(provider, { identity, onShutdown });
  socket.serve((connection) => server.take(connection));
  return {
    socketPath: socket.path,
    certificate: identity?.own.der,
    close: () => {
      server.close();
      socket.close();
    },
  };
}
