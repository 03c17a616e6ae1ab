// Brings a running WireGuard device to its intent, and reads back that it is there.

import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { UsageError } from '../usage.ts';
import { type Device, type Difference, differences, parseAnswer, setOperation } from './uapi.ts';

/** Where userspace implementations put the control socket of a device. */
export const socketOf = (device: string): string => `/var/run/wireguard/${device}.sock`;

const ANSWER_MS = 10_000;

/** Sends one operation and returns the answer, up to its errno. */
export function ask(socket: string, operation: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket);
    let answer = '';
    connection.setEncoding('utf8').setTimeout(ANSWER_MS, () => {
      connection.destroy(new UsageError(`${socket} does not answer`));
    });
    connection.on('data', (text: string) => {
      answer += text;
      const errno = /(?:^|\n)errno=(-?\d+)\n\n/.exec(answer)?.[1];
      if (errno === undefined) return;
      connection.end();
      if (errno === '0') resolve(answer);
      else reject(new UsageError(`${socket} refused the operation with errno ${errno}`));
    });
    connection.once('error', reject);
    connection.once('close', () => reject(new UsageError(`${socket} hung up without an answer`)));
    connection.write(operation);
  });
}

export async function readDevice(socket: string): Promise<Device> {
  return parseAnswer(await ask(socket, 'get=1\n\n'));
}

/** What was different, and is not any more. `before` is the intent of the last time, to tell an endpoint that changed. */
export async function keepDevice(socket: string, intent: Device, before?: Device): Promise<Difference[]> {
  const found = differences(intent, await readDevice(socket));
  const endpoints = await endpointsToSet(intent, found, before);
  if (found.length === 0 && endpoints.size === 0) return [];
  await ask(socket, setOperation(intent, found, endpoints));
  const left = differences(intent, await readDevice(socket));
  if (left.length > 0)
    throw new UsageError(`${socket} took the config, and still differs: ${left.map(describe).join('; ')}`);
  return found;
}

/** Set for new peers and when what is declared has changed; else the device would be pulled back from a peer that moved. */
async function endpointsToSet(
  intent: Device,
  found: readonly Difference[],
  before: Device | undefined,
): Promise<Map<string, string>> {
  const fresh = new Set(
    found.flatMap((difference) =>
      difference.what === 'peer is missing' || difference.what === 'endpoint is missing'
        ? [difference.publicKey]
        : [],
    ),
  );
  const old = new Map(before?.peers.map((peer) => [peer.publicKey, peer.endpoint]));
  const set = new Map<string, string>();
  for (const { publicKey, endpoint } of intent.peers) {
    const changed = old.has(publicKey) && old.get(publicKey) !== endpoint;
    if (endpoint !== undefined && (fresh.has(publicKey) || changed))
      set.set(publicKey, await resolved(endpoint));
  }
  return set;
}

async function resolved(endpoint: string): Promise<string> {
  const colon = endpoint.lastIndexOf(':');
  const host = endpoint.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const { address, family } = await lookup(host);
  return `${family === 6 ? `[${address}]` : address}${endpoint.slice(colon)}`;
}

export function describe(difference: Difference): string {
  return 'publicKey' in difference ? `${difference.what}: ${difference.publicKey}` : difference.what;
}
