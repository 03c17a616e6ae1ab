// How Terraform and a plugin find each other: a cookie, a protocol version, and one line on stdout. Promise: that line is
// the only thing that stdout ever carries. Never: an answer in a protocol that was not asked for.

import { writeSync } from 'node:fs';

const COOKIE_NAME = 'TF_PLUGIN_MAGIC_COOKIE';
const COOKIE_VALUE = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2';
const CORE_VERSION = 1;
export const PROTOCOL_VERSION = 6;

/** The environment with which Terraform starts a provider, but for the certificate. */
export const INVITATION = { [COOKIE_NAME]: COOKIE_VALUE, PLUGIN_PROTOCOL_VERSIONS: '5,6' };

export type Invitation =
  | { readonly refused: string }
  | {
      /** The one certificate to trust; undefined when Terraform wants no TLS. */
      readonly clientCertificatePem: string | undefined;
      readonly socketFolder: string | undefined;
    };

/** What the environment asks of us. */
export function readInvitation(environment: NodeJS.ProcessEnv): Invitation {
  if (environment[COOKIE_NAME] !== COOKIE_VALUE)
    return {
      refused:
        'This is a Terraform provider. Terraform starts it; it does nothing by itself. To attach a debugger, start it ' +
        'with --debug.',
    };
  const offered = environment.PLUGIN_PROTOCOL_VERSIONS;
  if (offered !== undefined && !offered.split(',').includes(String(PROTOCOL_VERSION)))
    return {
      refused: `This provider speaks plugin protocol ${PROTOCOL_VERSION} only; it was offered ${offered}. Use Terraform 1.0 or later.`,
    };
  return {
    clientCertificatePem: environment.PLUGIN_CLIENT_CERT || undefined,
    socketFolder: environment.PLUGIN_UNIX_SOCKET_DIR || undefined,
  };
}

/** The line that answers; `certificate` is our own, in DER. */
export function handshakeLine(socketPath: string, certificate: Buffer | undefined): string {
  const encoded = certificate === undefined ? '' : certificate.toString('base64').replace(/=+$/, '');
  return [CORE_VERSION, PROTOCOL_VERSION, 'unix', socketPath, 'grpc', encoded].join('|');
}

/** Sends whatever is written to stdout from now on to stderr; the returned function writes one line to the real one. */
export function guardStdout(): (line: string) => void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return (line) => {
    writeSync(1, `${line}\n`);
  };
}
