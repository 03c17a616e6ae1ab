// Finds free TCP ports on loopback for the servers we start.
// Promise: the ports of one call differ, and were free when it returned.
// Never: a port on another interface; a promise that nobody takes the port before the server does.
import { createServer, type Server } from 'node:net';
import { ServerFailed } from './errors.ts';

/** All ports are held open until the last is found, so that the kernel cannot hand one out twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  try {
    const ports: number[] = [];
    for (let n = 0; n < count; n++) {
      const server = createServer();
      servers.push(server);
      ports.push(await listen(server));
    }
    return ports;
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('freePorts(1) returned no port.');
  return port;
}

const attempts = 3;

/** Between finding a port and a server's bind another process may take it; then other ports are tried. */
export async function onFreePorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      const taken = error instanceof Error && /address already in use/i.test(error.message);
      if (!taken || attempt === attempts) throw error;
    }
  }
}

/** Asked first where a caller names a port: else we might take the answer of another server for our own. */
export async function requireFree(port: number, server: string): Promise<void> {
  const probe = createServer();
  try {
    await listen(probe, port);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new ServerFailed(
      server,
      `port ${port} cannot be used (${problem}).`,
      'Free it, or name another port.',
      {
        cause: error,
      },
    );
  } finally {
    await new Promise((resolve) => probe.close(resolve));
  }
}

function listen(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The probe has no TCP port.'));
      else resolve(address.port);
    });
  });
}
