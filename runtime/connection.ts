// One connection to Temporal, shared by every worker of the process. Promises to connect once at a time and to try again
// when asked again after a failure; once connected it finds its way back by itself. Must never connect after `close`.

import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';

export interface ConnectionOptions extends Pick<NativeConnectionOptions, 'tls' | 'apiKey'> {
  /** host:port */
  readonly address: string;
}

export interface SharedConnection {
  get(): Promise<NativeConnection>;
  close(): Promise<void>;
}

export function shareConnection(options: ConnectionOptions): SharedConnection {
  let closed = false;
  let connecting: Promise<NativeConnection> | undefined;

  return {
    get() {
      if (closed) return Promise.reject(new Error('The connection to Temporal is closed.'));
      connecting ??= NativeConnection.connect(options).catch((error: unknown) => {
        connecting = undefined;
        throw error;
      });
      return connecting;
    },
    async close() {
      closed = true;
      const connection = await connecting?.catch(() => undefined);
      await connection?.close();
    },
  };
}
