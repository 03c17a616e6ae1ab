// Finds free TCP ports on loopback for the servers we start.
// Promise: the ports of one call differ, and were free when it returned.
// Never: a port on another interface; a promise that nobody takes the port before the server does.
import { createServer, type Server } from 'node:net';

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

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The probe has no TCP port.'));
      else resolve(address.port);
    });
  });
}
