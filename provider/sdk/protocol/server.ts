// The gRPC server that Terraform talks to, on a Unix socket that only this user can reach. Promise: with mutual TLS, only
// the one certificate that Terraform announced gets in; Shutdown ends the process at once. Never: a listening TCP port.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Provider } from '../provider.ts';
import { providerCalls } from '../server/calls.ts';
import { type Certificate, createCertificate } from './certificate.ts';
import { Health, HealthCheckResponse_ServingStatus } from './generated/health_pb.js';
import { GRPCController } from './generated/plugin_pb.js';
import { unary } from './rpc.ts';

export interface ServerOptions {
  readonly clientCertificatePem: string | undefined;
  readonly socketFolder: string | undefined;
  /** Called when Terraform is done with us. */
  onShutdown(): void;
}

export interface RunningServer {
  readonly socketPath: string;
  /** Our certificate in DER; undefined without TLS. */
  readonly certificate: Buffer | undefined;
  /** Closes without waiting for anything. */
  close(): void;
}

const MOST_BYTES = 256 * 1024 * 1024;
const MOST_SOCKET_PATH_BYTES = 103;

export async function startServer(provider: Provider, options: ServerOptions): Promise<RunningServer> {
  const server = new Server({
    'grpc.max_receive_message_length': MOST_BYTES,
    'grpc.max_send_message_length': MOST_BYTES,
  });
  const certificate = options.clientCertificatePem === undefined ? undefined : createCertificate();
  const calls = [
    ...providerCalls(provider),
    unary(GRPCController.method.shutdown, () => {
      // After the answer is on its way; a client that keeps the connection open must not keep us.
      setImmediate(() => {
        server.tryShutdown(options.onShutdown);
        setTimeout(options.onShutdown, LINGER_MS);
      });
      return {};
    }),
    unary(Health.method.check, () => ({ status: HealthCheckResponse_ServingStatus.SERVING })),
  ];
  for (const call of calls) call.register(server);
  const folder = mkdtempSync(join(options.socketFolder ?? tmpdir(), 'lattice-provider-'));
  const socketPath = join(folder, 'socket');
  try {
    if (Buffer.byteLength(socketPath) > MOST_SOCKET_PATH_BYTES)
      throw new Error(
        `the path of the socket is too long for the system: ${socketPath}; set TMPDIR to a shorter one`,
      );
    await bind(server, socketPath, credentials(certificate, options.clientCertificatePem));
    chmodSync(socketPath, 0o600);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    socketPath,
    certificate: certificate?.der,
    close: () => {
      server.forceShutdown();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const LINGER_MS = 50;

function credentials(own: Certificate | undefined, clientPem: string | undefined): ServerCredentials {
  if (own === undefined || clientPem === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(own.privateKeyPem), cert_chain: Buffer.from(own.certificatePem) };
  return ServerCredentials.createSsl(Buffer.from(clientPem), [pair], true);
}

async function bind(server: Server, socketPath: string, using: ServerCredentials): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socketPath}`, using, (error) => (error === null ? resolve() : reject(error)));
  });
}
