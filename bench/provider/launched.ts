// The program as Terraform starts it, without Terraform: the line that it answers with, a client for its socket, its end.

import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Client, credentials } from '@grpc/grpc-js';
import { createCertificate } from '../../provider/sdk/protocol/certificate.ts';
import { INVITATION } from '../../provider/sdk/protocol/handshake.ts';

const own = createCertificate();

export interface Launched {
  /** From the start of the process to its line on stdout. */
  readonly handshakeMs: number;
  /** Says Shutdown and resolves with the time from the answer to the end of the process. */
  shutDown(): Promise<number>;
  kill(): Promise<void>;
}

export async function launch(executable: string): Promise<Launched> {
  const began = performance.now();
  const child = spawn(executable, {
    env: { PATH: process.env.PATH, ...INVITATION, PLUGIN_CLIENT_CERT: own.certificatePem },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit').then(() => performance.now());
  const [line]: unknown[] = await once(createInterface(child.stdout), 'line');
  const handshakeMs = performance.now() - began;
  const [, , , socketPath, , certificate = ''] = String(line).split('|');
  return {
    handshakeMs,
    shutDown: async () => {
      const client = new Client(`unix:${socketPath}`, clientCredentials(certificate), {
        'grpc.default_authority': 'localhost',
        'grpc.ssl_target_name_override': 'localhost',
      });
      await sayShutdown(client);
      const answered = performance.now();
      // As Terraform does: it asks nothing after that.
      client.close();
      return (await ended) - answered;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function clientCredentials(certificate: string) {
  const theirs = new X509Certificate(Buffer.from(certificate, 'base64')).toString();
  return credentials.createSsl(
    Buffer.from(theirs),
    Buffer.from(own.privateKeyPem),
    Buffer.from(own.certificatePem),
  );
}

/** The message and its answer have no fields, so they are no bytes. */
async function sayShutdown(client: Client): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.makeUnaryRequest(
      '/plugin.GRPCController/Shutdown',
      (nothing: Buffer) => nothing,
      (bytes) => bytes,
      Buffer.alloc(0),
      (error) => (error === null ? resolve() : reject(error)),
    );
  });
}
