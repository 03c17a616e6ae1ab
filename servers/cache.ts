// The cache folder outside the repository where fetched and built tools live, one folder a pin.
// Promise: a folder under its final name is complete, whoever was killed when; two installers do the work once.
// Never: a half-made folder under a final name; a lock that outlives its holder for long.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pin } from './pins.ts';

export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LATTICE_CACHE) return resolve(env.LATTICE_CACHE);
  if (env.XDG_CACHE_HOME) return resolve(env.XDG_CACHE_HOME, 'lattice');
  return join(homedir(), '.cache', 'lattice');
}

/** Named by the whole pin, so that a changed checksum, replacement or tag is another folder. */
export function toolDir(pin: Pin): string {
  const digest = createHash('sha256').update(JSON.stringify(pin)).digest('hex').slice(0, 12);
  return join(
    cacheDir(),
    'tools',
    `${pin.name}-${pin.version}-${process.platform}-${process.arch}-${digest}`,
  );
}

/**
 * Fills `dir` once. `fill` writes into a staging folder beside it, which is renamed when it is complete: the
 * rename is what makes the install whole, the lock only saves the second installer the work.
 * Resolves with true when this call filled it.
 */
export async function fillOnce(
  dir: string,
  fill: (staging: string) => Promise<void>,
  onWait: () => void = () => {},
): Promise<boolean> {
  if (existsSync(dir)) return false;
  await mkdir(dirname(dir), { recursive: true });
  const release = await takeLock(`${dir}.lock`, onWait);
  const staging = `${dir}.partial-${randomUUID()}`;
  try {
    if (existsSync(dir)) return false;
    await removeLeftovers(dir);
    await mkdir(staging);
    await fill(staging);
    return await renameUnlessThere(staging, dir);
  } finally {
    await rm(staging, { recursive: true, force: true });
    await release();
  }
}

/** Only after a lock was wrongly judged stale can the folder be there by now; it is as good as ours. */
async function renameUnlessThere(staging: string, dir: string): Promise<boolean> {
  try {
    await rename(staging, dir);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOTEMPTY') || isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

const heartbeatMs = 2_000;
const staleMs = 30_000;
const pollMs = 200;

async function takeLock(path: string, onWait: () => void): Promise<() => Promise<void>> {
  for (let waited = false; ; waited = true) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(`${hostname()} ${process.pid}\n`);
      await file.close();
      break;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    if (!waited) onWait();
    if (await isAbandoned(path)) await rm(path, { force: true });
    else await delay(pollMs);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A lock that is gone was judged stale by another installer: the rename still keeps both safe.
    utimes(path, now, now).catch(() => {});
  }, heartbeatMs).unref();
  return async () => {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  };
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const [host, pid] = (await readFile(path, 'utf8')).trim().split(' ');
    if (host === hostname() && pid !== undefined && !isAlive(Number(pid))) return true;
    // Another machine or container on a shared cache: its process numbers say nothing here, its heartbeat does.
    return Date.now() - (await stat(path)).mtimeMs > staleMs;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

const leftoverMs = 3_600_000;

/** Staging folders of installers that were killed; a young one may still be in use by another container. */
async function removeLeftovers(dir: string): Promise<void> {
  for (const entry of await readdir(dirname(dir))) {
    if (!entry.startsWith(`${basename(dir)}.partial-`)) continue;
    const path = join(dirname(dir), entry);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > leftoverMs) await rm(path, { recursive: true, force: true });
  }
}

/**
 * A zombie is dead: it holds nothing, and where nobody collects it, it would stay for ever. But of a program with threads
 * the first may be one already while others still hold its ports and files.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' || Number(fields[threadCount]) > 1;
  } catch {
    return !existsSync('/proc/self/stat');
  }
}

/** In the fields of `/proc/<pid>/stat` after the name. */
const threadCount = 17;

/** By shape, not by class: under jest a system error comes from another realm than this file's `Error`. */
export function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
