// The program around a provider: what Terraform starts. Promise: one line on stdout, logs on stderr, an end as soon as
// Terraform says so, a report for every crash. Never: an end on Ctrl-C, which Terraform passes on as StopProvider.

import { log } from './log.ts';
import { guardStdout, handshakeLine, PROTOCOL_VERSION, readInvitation } from './protocol/handshake.ts';
import { type RunningServer, startServer } from './protocol/server.ts';
import type { Provider } from './provider.ts';

export interface Serving {
  /** `host/namespace/type`, by which a debugger's provider is found. */
  readonly address: string;
}

/** Resolves when the provider serves. With `--debug` it prints how to attach to it, and stays. */
export async function serve(create: () => Provider, { address }: Serving): Promise<void> {
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
  const end = (): never => {
    server.close();
    process.exit(0);
  };
  const server = await startServer(create(), { ...invitation, onShutdown: end });
  process.on('SIGTERM', end);
  process.on('SIGINT', isDebug ? end : () => log('debug', 'interrupt left to Terraform'));
  if (!isDebug) endWithParent(end);
  printLine(isDebug ? reattachLine(address, server) : handshakeLine(server.socketPath, server.certificate));
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

function reattachLine(address: string, { socketPath }: RunningServer): string {
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
