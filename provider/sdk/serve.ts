// The program around a provider: what Terraform starts. Promise: one line on stdout, logs on stderr, an end as soon as
// Terraform says so, a report for every crash. The line comes first: what serves is loaded while Terraform connects, so this
// file imports little. Never: an end on Ctrl-C, which Terraform passes on as StopProvider.

import { log } from './log.ts';
import { createCertificate } from './protocol/certificate.ts';
import { guardStdout, handshakeLine, PROTOCOL_VERSION, readInvitation } from './protocol/handshake.ts';
import { openSocket } from './protocol/socket.ts';
import type { Provider } from './provider.ts';

export interface Serving {
  /** `host/namespace/type`, by which a debugger's provider is found. */
  readonly address: string;
}

/** Resolves when the provider serves. With `--debug` it prints how to attach to it, and stays. */
export async function serve(load: () => Promise<Provider>, { address }: Serving): Promise<void> {
  const printLine = guardStdout();
  const isDebug = process.argv.includes('--debug');
  // A diagnostic report would hold the environment, and so its secrets.
  if (process.report !== undefined) process.report.excludeEnv = true;
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  const invitation = isDebug
    ? { clientCertificatePem: undefined, socketFolder: undefined }
    : readInvitation(process.env);
  if ('refused' in invitation) {
    process.stderr.write(`${invitation.refused}\n`);
    process.exitCode = 1;
    return;
  }
  const { clientCertificatePem, socketFolder } = invitation;
  const identity =
    clientCertificatePem === undefined ? undefined : { own: createCertificate(), clientCertificatePem };
  const socket = await openSocket(socketFolder);
  const end = (): never => {
    socket.close();
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', isDebug ? end : () => log('debug', 'interrupt left to Terraform'));
  if (!isDebug) endWithParent(end);
  printLine(isDebug ? reattachLine(address, socket.path) : handshakeLine(socket.path, identity?.own.der));
  const { createServer } = await import('./protocol/server.ts');
  const server = createServer(await load(), { identity, onShutdown: end });
  socket.serve((connection) => server.take(connection));
}

function crash(error: unknown): never {
  // Terraform shows the lines after this prefix to the user.
  process.stderr.write(`panic: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(2);
}

const PARENT_CHECK_MS = 2_000;

/** A Terraform that was killed tells nobody to stop. */
function endWithParent(end: () => never): void {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(), PARENT_CHECK_MS).unref();
}

function reattachLine(address: string, socketPath: string): string {
  const reattach = {
    [address]: {
      Protocol: 'grpc',
      ProtocolVersion: PROTOCOL_VERSION,
      Pid: process.pid,
      Test: true,
      Addr: { Network: 'unix', String: socketPath },
    },
  };
  return `TF_REATTACH_PROVIDERS='${JSON.stringify(reattach)}'`;
}
