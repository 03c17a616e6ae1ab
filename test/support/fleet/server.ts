// A server that goes away and comes back on the same port with the same data, as after an outage.

import type { Exit } from '../../../servers/child.ts';

interface Running {
  readonly port: number;
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
}

export interface Server {
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends that nobody asked for. */
  readonly crashes: readonly string[];
}

export async function restartable<R extends Running>(
  name: string,
  begin: (port: number | undefined) => Promise<R>,
): Promise<Server & { readonly first: R }> {
  const crashes: string[] = [];
  const watched = (server: R): R => {
    void server.exited.then(({ asked, code, signal }) => {
      if (!asked) crashes.push(`${name} ended with ${signal ?? code} by itself`);
    });
    return server;
  };
  const first = watched(await begin(undefined));
  let running: R | undefined = first;
  return {
    first,
    crashes,
    stop: async () => {
      const ending = running;
      running = undefined;
      await ending?.stop();
    },
    start: async () => {
      running = watched(await begin(first.port));
    },
  };
}
