// The Unix socket that Terraform connects to, in a folder that only this user can enter. Promise: it takes connections from
// the moment it is open; who comes before there is somebody to serve them waits, unread. Never: a listening TCP port.

import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface OpenSocket {
  readonly path: string;
  /** Gives `take` those who wait and those who come. */
  serve(take: (connection: Socket) => void): void;
  /** Takes nobody any more; leaves no file. */
  close(): void;
}

const MOST_PATH_BYTES = 103;

/** `parent` is where the socket's folder is made; the system's folder for temporary files when left out. */
export async function openSocket(parent: string = tmpdir()): Promise<OpenSocket> {
  const folder = mkdtempSync(join(parent, 'lattice-provider-'));
  const path = join(folder, 'socket');
  const waiting: Socket[] = [];
  let take = (connection: Socket): void => void waiting.push(connection);
  // Unread, so that not a byte of a TLS handshake is lost to who takes the connection over.
  const server = createServer({ pauseOnConnect: true }, (connection) => take(connection));
  try {
    if (Buffer.byteLength(path) > MOST_PATH_BYTES)
      throw new Error(
        `the path of the socket is too long for the system: ${path}; set TMPDIR to a shorter one`,
      );
    await once(server.listen(path), 'listening');
    chmodSync(path, 0o600);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    path,
    serve: (taker) => {
      take = taker;
      waiting.splice(0).forEach(taker);
    },
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
