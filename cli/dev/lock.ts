// One `lattice dev` a folder. The lock is a file with the pid of its holder; one whose holder is gone counts for nothing.

import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, isCode } from '../../servers/cache.ts';
import { UsageError } from '../usage.ts';

export interface FolderLock {
  release(): Promise<void>;
}

export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lock');
  for (let attempt = 1; ; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if (!isCode(error, 'EEXIST') || attempt > 3) throw error;
      const pid = Number(await readFile(path, 'utf8').catch(() => ''));
      if (pid > 0 && isAlive(pid))
        throw new UsageError(
          `${folder} is in use by another \`lattice dev\` (pid ${pid}); stop it or give another --state`,
          {
            cause: error,
          },
        );
      await rm(path, { force: true });
    }
  }
}
