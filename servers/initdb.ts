// Makes a new Postgres data folder (cluster) with a generated superuser password.
// Promise: the folder appears under its name only when initdb has finished; its password is known before that.
// Never: a change to a folder that already is a cluster; a password in an argument list or a readable file.
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from './account.ts';
import { fillOnce, isCode } from './cache.ts';
import { run } from './command.ts';
import { ServerFailed } from './errors.ts';

export interface ClusterOptions {
  readonly dataDir: string;
  readonly bin: string;
  readonly superuser: string;
  readonly account: Account | undefined;
  readonly onProgress: (line: string) => void;
}

const major = '18';

export function passwordFileOf(dataDir: string): string {
  return `${dataDir}.password`;
}

/** Does nothing where the cluster exists already. */
export async function createCluster(options: ClusterOptions): Promise<void> {
  const { dataDir, account, onProgress } = options;
  if (await isCluster(dataDir)) return;
  onProgress(`Postgres: making the data folder ${dataDir}`);
  await fillOnce(dataDir, async (staging) => {
    await chmod(staging, 0o700);
    if (account) await chown(staging, account.uid, account.gid);
    // Base64url needs no escaping in a URL.
    const password = randomBytes(24).toString('base64url');
    await writeFile(passwordFileOf(dataDir), `${password}\n`, { mode: 0o600 });
    await initdb(staging, password, options);
  });
}

/** How a Postgres program that was started in its data folder is told where that is (see postgres.ts). */
export function dataDirFor(account: Account | undefined, dataDir: string): string {
  return account && process.platform === 'linux' ? '/proc/self/cwd' : dataDir;
}

/** An empty folder counts as none, and makes room. */
async function isCluster(dataDir: string): Promise<boolean> {
  const version = await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(undefinedIfMissing);
  if (version?.trim() === major) return true;
  if (version !== undefined) {
    throw new ServerFailed(
      'Postgres',
      `the data folder ${dataDir} was made by Postgres ${version.trim()}, but this is Postgres ${major}.`,
      'Move its data over with pg_dump, or remove the folder to begin anew.',
    );
  }
  const entries = await readdir(dataDir).catch(undefinedIfMissing);
  if (entries === undefined) return false;
  if (entries.length === 0) {
    await rmdir(dataDir);
    return false;
  }
  throw new ServerFailed(
    'Postgres',
    `${dataDir} is not empty and not a Postgres data folder.`,
    'Name another folder, or empty it.',
  );
}

async function initdb(folder: string, password: string, options: ClusterOptions): Promise<void> {
  const { account, bin, superuser } = options;
  // initdb reads the password from a file that its user can open, which the caller's folder may not allow.
  const hidden = await mkdtemp(join(tmpdir(), 'lattice-initdb-'));
  try {
    const file = join(hidden, 'password');
    await writeFile(file, `${password}\n`, { mode: 0o600 });
    if (account) {
      await chown(file, account.uid, account.gid);
      await chown(hidden, account.uid, account.gid);
    }
    await run(
      join(bin, 'initdb'),
      [
        `--pgdata=${dataDirFor(account, folder)}`,
        `--username=${superuser}`,
        `--pwfile=${file}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Sorting that does not depend on the machine's C library.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
      ],
      { cwd: folder, env: { ...process.env, LC_ALL: 'C' }, ...account },
    );
  } finally {
    await rm(hidden, { recursive: true });
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (isCode(error, 'ENOENT')) return undefined;
  throw error;
}
