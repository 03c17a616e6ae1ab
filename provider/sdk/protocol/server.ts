// The gRPC server that Terraform talks to, over connections that somebody else accepts. Promise: with mutual TLS, only the
// one certificate that Terraform announced gets in; Shutdown ends the process at once.

import type { Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Provider } from '../provider.ts';
import { providerCalls } from '../server/calls.ts';
import type { Certificate } from './certificate.ts';
import { HealthCheckResponse_ServingStatus, HealthDefinition } from './generated/health.ts';
import { GRPCControllerDefinition } from './generated/plugin.ts';
import { unary } from './rpc.ts';

/** Both certificates, or no TLS. */
export interface Identity {
  readonly own: Certificate;
  readonly clientCertificatePem: string;
}

export interface ServerOptions {
  readonly identity: Identity | undefined;
  /** Called when Terraform is done with us. */
  onShutdown(): void;
}

export interface PluginServer {
  take(connection: Socket): void;
  /** Closes without waiting for anything. */
  close(): void;
}

const MOST_BYTES = 256 * 1024 * 1024;

export function createServer(provider: Provider, { identity, onShutdown }: ServerOptions): PluginServer {
  const server = new Server({
    'grpc.max_receive_message_length': MOST_BYTES,
    'grpc.max_send_message_length': MOST_BYTES,
  });
  const connections = new Set<Socket>();
  let isShutDown = false;
  const endWhenAlone = () => {
    if (isShutDown && connections.size === 0) onShutdown();
  };
  const calls = [
    ...providerCalls(provider),
    unary(GRPCControllerDefinition.methods.shutdown, () => {
      // After the answer is on its way; a client that keeps the connection open must not keep us.
      setImmediate(() => {
        isShutDown = true;
        // What gRPC says when it is done comes before the last answer has left the process.
        server.tryShutdown(endWhenAlone);
        setTimeout(onShutdown, LINGER_MS);
      });
      return {};
    }),
    unary(HealthDefinition.methods.check, () => ({ status: HealthCheckResponse_ServingStatus.SERVING })),
  ];
  for (const call of calls) call.register(server);
  const injector = server.createConnectionInjector(credentials(identity));
  return {
    take: (connection) => {
      connections.add(connection);
      connection.on('close', () => {
        connections.delete(connection);
        endWhenAlone();
      });
      injector.injectConnection(connection);
      // It came unread. TLS begins to read by itself, bare HTTP/2 does not.
      if (identity === undefined) connection.resume();
    },
    close: () => server.forceShutdown(),
  };
}

const LINGER_MS = 50;

function credentials(identity: Identity | undefined): ServerCredentials {
  if (identity === undefined) return ServerCredentials.createInsecure();
  const { own, clientCertificatePem } = identity;
  const pair = { private_key: Buffer.from(own.privateKeyPem), cert_chain: Buffer.from(own.certificatePem) };
  return ServerCredentials.createSsl(Buffer.from(clientCertificatePem), [pair], true);
}
