// LISTEN on one connection of its own, reconnected for ever. A notification only says "look now": whoever relies on it
// polls as well, because a notification is lost while the connection is down.

import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface Listener {
  stop(): Promise<void>;
}

export interface ListenOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly channels: Readonly<Record<string, () => void>>;
  readonly onError?: (error: Error) => void;
}

const RECONNECT_MS = 500;

export function listen(options: ListenOptions): Listener {
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await session(options, stopping.signal).catch((error: unknown) =>
        options.onError?.(error instanceof Error ? error : new Error(String(error))),
      );
      await delay(RECONNECT_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}

async function session(options: ListenOptions, stop: AbortSignal): Promise<void> {
  const client = new pg.Client({
    connectionString: options.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  const ended = new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('end', resolve);
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  // Handled below; without this a failure during connect would count as unhandled.
  ended.catch(() => {});
  client.on('notification', ({ channel }) => options.channels[channel]?.());
  try {
    await client.connect();
    for (const channel of Object.keys(options.channels))
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    // What happened while nobody listened is looked for once.
    for (const wake of Object.values(options.channels)) wake();
    await ended;
  } finally {
    await client.end().catch(() => {});
  }
}
