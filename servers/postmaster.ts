// Deals with the lock file postmaster.pid that an earlier Postgres left in a data folder.
// Promise: waits for a server that is going down; a number that now belongs to another program blocks nothing.
// Never: a server ended, or the lock file removed: Postgres itself still checks the shared memory it names.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, isCode } from './cache.ts';
import { run } from './command.ts';
import { ServerFailed } from './errors.ts';

const waitLimitMs = 40_000;

/**
 * After a SIGKILL of the previous owner its guard shuts Postgres down, which takes a moment. A server that stays has
 * a live owner.
 */
export async function waitForPreviousServer(
  dataDir: string,
  progress: (line: string) => void,
  limitMs = waitLimitMs,
): Promise<void> {
  const lockFile = join(dataDir, 'postmaster.pid');
  const deadline = Date.now() + limitMs;
  for (let told = false; ; told = true) {
    const lock = await readFile(lockFile, 'utf8').catch(undefinedIfMissing);
    const pid = Number(lock?.split('\n')[0]);
    if (lock === undefined || !(pid > 0) || !isAlive(pid)) return;
    if (!(await isPostgres(pid))) return disown(lockFile, lock);
    if (Date.now() > deadline) {
      throw new ServerFailed(
        'Postgres',
        `process ${pid} already serves the data folder ${dataDir}.`,
        'Stop the program that started it, or use another state folder.',
      );
    }
    if (!told) progress(`Postgres: waiting for process ${pid} to leave the data folder`);
    await delay(100);
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  const file = `/proc/${pid}/comm`;
  if (existsSync('/proc/self/comm')) {
    return ((await readFile(file, 'utf8').catch(() => '')) ?? '').startsWith('postgres');
  }
  return run('ps', ['-o', 'comm=', '-p', String(pid)]).then(
    (command) => command.includes('postgres'),
    () => false,
  );
}

/**
 * Postgres refuses a lock file that names a live process, whatever it is, unless it is its own parent: which we are
 * going to be. So we put our number there and keep the rest, which names the shared memory.
 */
async function disown(lockFile: string, lock: string): Promise<void> {
  await writeFile(lockFile, lock.replace(/^\d+/, String(process.pid)));
}

function undefinedIfMissing(error: unknown): undefined {
  if (isCode(error, 'ENOENT')) return undefined;
  throw error;
}
