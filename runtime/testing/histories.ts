// The recorded histories that today's workflow code must still replay. Promises that nothing of the recording machine is
// in them. Must never be edited by hand, nor replaced to make a replay pass: a history that fails is an agent that breaks.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';

const folder = fileURLToPath(new URL('../workflows/histories/', import.meta.url));

export async function listHistories(): Promise<string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
}

export async function readHistory(file: string): Promise<unknown> {
  return JSON.parse(await readFile(folder + file, 'utf8'));
}

/** Refuses to overwrite, so that a recording is always a new file beside the old ones. */
export async function recordHistory(file: string, handle: WorkflowHandle): Promise<void> {
  const json = JSON.stringify(toPlain(await handle.fetchHistory()), null, 2)
    .replaceAll(new RegExp(`\\d+@${hostname()}`, 'g'), '1@recorder')
    .replaceAll(`${userInfo().username}@`, 'recorder@');
  await writeFile(folder + file, `${json}\n`, { flag: 'wx' });
}

/**
 * Numbers for 64-bit integers and base64 for bytes, which the replayer takes as they are. The SDK's own JSON form for
 * histories works only where npm installs a single copy of its protobuf library, which depends on everybody else's.
 */
function toPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  if ('toNumber' in value && typeof value.toNumber === 'function') return value.toNumber();
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toPlain(field)]));
}
