// Deals with the lock file postmaster.pid that an earlier Postgres left in a data folder.
// Promise: waits for a server that is going down; a number that now belongs to another program blocks nothing.
// Never: a server ended, or the lock file removed: Postgres itself still checks the shared memory it names.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, isCode } from './cache.ts';
import { waitForEnd } from './previous.ts';

/**
 * After a SIGKILL of the previous owner its guard shuts Postgres down, which takes a moment. A server that stays has
 * a live owner.
 */
export async function waitForPreviousServer(
  dataDir: string,
  progress: (line: string) => void,
  limitMs?: number,
): Promise<void> {
  const lockFile = join(dataDir, 'postmaster.pid');
  const pidIn = (lock: string | undefined): number => Number(lock?.split('\n')[0]);
  const read = () => readFile(lockFile, 'utf8').catch(undefinedIfMissing);
  const serves = async () => pidIn(await read());
  await waitForEnd({
    server: 'Postgres',
    command: 'postgres',
    data: dataDir,
    pid: serves,
    progress,
    ...(limitMs && { limitMs }),
  });
  const lock = await read();
  if (lock !== undefined && pidIn(lock) > 0 && isAlive(pidIn(lock))) await disown(lockFile, lock);
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
