// One connection to Temporal, shared by every worker of the process. Promises to connect once at a time and to try again
// when asked again after a failure; once connected it finds its way back by itself. Must never connect after `close`.

import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';

export interface ConnectionOptions extends Pick<NativeConnectionOptions, 'tls' | 'apiKey'> {
  /** host:port */
  readonly address: string;
}

export interface SharedConnection {
  get(): Promise<NativeConnection>;
  /** Says whether a connection was ever asked for. */
  close(): Promise<boolean>;
}

export function shareConnection(options: ConnectionOptions): SharedConnection {
  let closed = false;
  let connected: NativeConnection | undefined;
  let connecting: Promise<NativeConnection> | undefined;
  let asked = false;

  async function connect(): Promise<NativeConnection> {
    const connection = await NativeConnection.connect(options);
    if (!closed) {
      connected = connection;
      return connection;
    }
    await connection.close();
    throw closedError();
  }

  return {
    get() {
      if (closed) return Promise.reject(closedError());
      asked = true;
      connecting ??= connect().catch((error: unknown) => {
        connecting = undefined;
        throw error;
      });
      return connecting;
    },
    async close() {
      closed = true;
      await connected?.close();
      return asked;
    },
  };
}

function closedError(): Error {
  return new Error('The connection to Temporal is closed.');
}
