// Files of a mesh host: readable by their owner only, written whole or not at all, and only when they differ.

import { chmod, readFile, stat, unlink } from 'node:fs/promises';
import { isCode } from '../../servers/cache.ts';
import { writePrivate } from '../dev/state.ts';
import { UsageError } from '../usage.ts';

/** What was found wrong with a file, if anything. */
export type Found = 'as-wanted' | 'missing' | 'different' | 'readable-by-others';

const OTHERS = 0o077;

/** Makes the file what it should be, and says what it was. */
export async function keepFile(path: string, wanted: string): Promise<Found> {
  const found = await lookAt(path, wanted);
  switch (found) {
    case 'as-wanted':
      break;
    case 'readable-by-others':
      await chmod(path, 0o600);
      break;
    case 'missing':
    case 'different':
      await writePrivate(path, wanted);
  }
  return found;
}

async function lookAt(path: string, wanted: string): Promise<Found> {
  const text = await readIfThere(path);
  if (text === undefined) return 'missing';
  if (text !== wanted) return 'different';
  return ((await stat(path)).mode & OTHERS) === 0 ? 'as-wanted' : 'readable-by-others';
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A file with a key in it: one that others may read is refused, as its key may be known by now. */
export async function readSecret(path: string): Promise<string | undefined> {
  const text = await readIfThere(path);
  if (text !== undefined && ((await stat(path)).mode & OTHERS) !== 0)
    throw new UsageError(`${path} holds a private key and can be read by others: chmod 600 ${path}`);
  return text;
}

export async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isCode(error, 'ENOENT')) throw error;
  });
}
