// As whom Postgres runs: it refuses root, so a root caller gets a user `postgres`.
// Promise: ids to drop to, or nothing where we are not root; binaries in a place that this user can reach.
// Never: a folder of the caller opened up to others to make it reachable.
import { cp, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheDir, fillOnce } from './cache.ts';
import { run } from './command.ts';
import { ServerFailed } from './errors.ts';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const user = 'postgres';

export async function postgresAccount(progress: (line: string) => void): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await lookUp();
  if (known) return known;
  progress(`Postgres: creating the system user '${user}', because Postgres refuses to run as root`);
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      user,
    ]);
  } catch (error) {
    // Another process may have created it at the same time.
    const created = await lookUp();
    if (created) return created;
    throw new ServerFailed(
      'Postgres',
      `it refuses to run as root, and a user '${user}' could not be created: ${error instanceof Error ? error.message : error}`,
      `Create a user '${user}', or do not run as root.`,
      { cause: error },
    );
  }
  const created = await lookUp();
  if (!created) throw new ServerFailed('Postgres', `useradd made no user '${user}'.`, 'Create it by hand.');
  return created;
}

async function lookUp(): Promise<Account | undefined> {
  try {
    const uid = await run('id', ['-u', user]);
    const gid = await run('id', ['-g', user]);
    return { uid: Number(uid), gid: Number(gid) };
  } catch {
    return undefined;
  }
}

/**
 * The folder itself where the account can walk to it, else a copy: a repository below /root cannot be entered by
 * another user, and the binaries look for their libraries and data files by absolute path.
 */
export async function reachableCopy(folder: string, label: string, account: Account): Promise<string> {
  if (await canReach(folder, account)) return folder;
  for (const cache of [cacheDir(), '/var/cache/lattice']) {
    const copy = join(cache, 'tools', label);
    await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
    if (!(await canReach(dirname(copy), account))) continue;
    await fillOnce(copy, (staging) =>
      cp(folder, join(staging, basename(folder)), { recursive: true, verbatimSymlinks: true }),
    );
    return join(copy, basename(folder));
  }
  throw new ServerFailed(
    'Postgres',
    `the user '${user}' cannot enter ${folder}, nor any folder that a copy could go to.`,
    'Set LATTICE_CACHE to a folder that every user may enter.',
  );
}

/** Mode bits only: an access list may allow more, which costs a needless copy, never a failure. */
async function canReach(folder: string, { uid, gid }: Account): Promise<boolean> {
  for (let dir = folder; ; dir = dirname(dir)) {
    const entry = await stat(dir);
    const bit = entry.uid === uid ? 0o100 : entry.gid === gid ? 0o010 : 0o001;
    if ((entry.mode & bit) === 0) return false;
    if (dir === dirname(dir)) return true;
  }
}
