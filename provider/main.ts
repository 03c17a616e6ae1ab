// The provider program that Terraform starts. Promise: one line on stdout, logs on stderr, an end as soon as Terraform
// says so. Never: an end on Ctrl-C, which Terraform passes on as StopProvider so that states are kept.

import { PROVIDER_ADDRESS } from './address.ts';
import { log } from './log.ts';
import { guardStdout, handshakeLine, PROTOCOL_VERSION, readInvitation } from './protocol/handshake.ts';
import { type RunningServer, startServer } from './protocol/server.ts';
import { createService } from './service.ts';

const printLine = guardStdout();
const isDebug = process.argv.includes('--debug');

function crash(error: unknown): never {
  // Terraform shows the lines after this prefix to the user.
  process.stderr.write(`panic: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(2);
}
// A diagnostic report would hold the environment, and so the token.
if (process.report !== undefined) process.report.excludeEnv = true;
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

async function main(): Promise<void> {
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
  const server = await startServer(createService(process.env), { ...invitation, onShutdown: end });
  process.on('SIGTERM', end);
  process.on('SIGINT', isDebug ? end : () => log('debug', 'interrupt left to Terraform'));
  endWithParent(end);
  printLine(isDebug ? reattachLine(server) : handshakeLine(server.socketPath, server.certificate));
}

const PARENT_CHECK_MS = 2_000;

/** A Terraform that was killed tells nobody to stop. */
function endWithParent(end: () => never): void {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && !isDebug && end(), PARENT_CHECK_MS).unref();
}

function reattachLine({ socketPath }: RunningServer): string {
  const reattach = {
    [PROVIDER_ADDRESS]: {
      Protocol: 'grpc',
      ProtocolVersion: PROTOCOL_VERSION,
      Pid: process.pid,
      Test: true,
      Addr: { Network: 'unix', String: socketPath },
    },
  };
  return `TF_REATTACH_PROVIDERS='${JSON.stringify(reattach)}'`;
}

/** Resolves when the provider serves. */
export const started = main();
