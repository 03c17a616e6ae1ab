// Keeps a host's config file, and its device if it is named, equal to what the controller says. What was fetched last stands
// while the controller does not answer: a mesh must not fall apart because of that.

import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, ApiError, type ObjectName } from '../client.ts';
import { until } from '../until.ts';
import { UsageError } from '../usage.ts';
import { describe, keepDevice, socketOf } from './device.ts';
import { enrol, type HostFiles } from './enrol.ts';
import { keepFile } from './file.ts';
import { mergeOwnPart } from './text.ts';
import { type Device, deviceOf } from './uapi.ts';

export interface SyncOptions {
  readonly files: HostFiles;
  /** Name of a running WireGuard device to keep too. */
  readonly device?: string | undefined;
  /** Once when left out. */
  readonly intervalMs?: number | undefined;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

const READY_MS = 60_000;

export async function syncPeer(client: ApiClient, name: ObjectName, options: SyncOptions): Promise<void> {
  const own = await enrol(client, name, options.files);
  let rendered = await firstConfig(client, name);
  let before: Device | undefined;
  let written: string | undefined;
  for (;;) {
    const wanted = mergeOwnPart(rendered, own);
    const found = await keepFile(options.files.config, wanted);
    if (found !== 'as-wanted') options.tell(fileLine(options.files.config, found, written === wanted));
    written = wanted;
    before = await keptDevice(options, wanted, before);
    if (options.intervalMs === undefined) return;
    await delay(options.intervalMs, undefined, { signal: options.signal }).catch(() => undefined);
    if (options.signal.aborted) return;
    rendered = await fetched(client, name, rendered, options.tell);
  }
}

export const configPath = ({ org, name }: ObjectName): string =>
  `/v1/orgs/${encodeURIComponent(org)}/meshpeers/${encodeURIComponent(name)}/config`;

/** A peer that was just declared, or has just told its key, gets its config a moment later. */
async function firstConfig(client: ApiClient, name: ObjectName): Promise<string> {
  let problem: unknown;
  const text = await until(READY_MS, async () => {
    try {
      return await client.read(configPath(name));
    } catch (error) {
      if (!(error instanceof ApiError) || error.problem.code !== 'PeerNotReady') throw error;
      problem = error;
      return undefined;
    }
  });
  if (text === undefined) throw problem;
  return text;
}

async function fetched(
  client: ApiClient,
  name: ObjectName,
  last: string,
  tell: (line: string) => void,
): Promise<string> {
  try {
    return await client.read(configPath(name));
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof UsageError)) throw error;
    tell(`${error.message}; the config of before stays`);
    return last;
  }
}

async function keptDevice(
  { device, intervalMs, tell }: SyncOptions,
  text: string,
  before: Device | undefined,
): Promise<Device | undefined> {
  if (device === undefined) return undefined;
  const intent = deviceOf(text);
  try {
    const found = await keepDevice(socketOf(device), intent, before);
    if (found.length > 0) tell(`device ${device} put right: ${found.map(describe).join('; ')}`);
    return intent;
  } catch (error) {
    // Told and tried again: the device may be on its way up. Once only, it is the answer.
    if (intervalMs === undefined)
      throw new UsageError(`device ${device}: ${String(error)}`, { cause: error });
    tell(`device ${device}: ${String(error)}`);
    return before;
  }
}

function fileLine(path: string, found: string, repaired: boolean): string {
  return repaired ? `${path} was ${found}: repaired` : `${path} written`;
}
