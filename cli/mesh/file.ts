// Files of a mesh host: readable by their owner only, written whole or not at all, and only when they differ.

import { open, unlink } from 'node:fs/promises';
import { isCode } from '../../servers/cache.ts';
import { writePrivate } from '../dev/state.ts';
import { UsageError } from '../usage.ts';

/** What was found wrong with a file, if anything. */
export type Found = 'as-wanted' | 'missing' | 'different' | 'readable-by-others';

const OTHERS = 0o077;

/** Makes the file what it should be, and says what it was. */
export async function keepFile(path: string, wanted: string): Promise<Found> {
  const found = await lookAt(path, wanted);
  // Also where only the mode is wrong: a file that somebody is deleting could not be changed any more.
  if (found !== 'as-wanted') await writePrivate(path, wanted);
  return found;
}

async function lookAt(path: string, wanted: string): Promise<Found> {
  const file = await openedFile(path);
  if (file === undefined) return 'missing';
  if (file.text !== wanted) return 'different';
  return file.private ? 'as-wanted' : 'readable-by-others';
}

/** Text and mode of one file: through one handle, since the name may go, or be another file's, between two looks. */
async function openedFile(path: string): Promise<{ text: string; private: boolean } | undefined> {
  try {
    await using file = await open(path);
    return { text: await file.readFile('utf8'), private: ((await file.stat()).mode & OTHERS) === 0 };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export async function readIfThere(path: string): Promise<string | undefined> {
  return (await openedFile(path))?.text;
}

/** A file with a key in it: one that others may read is refused, as its key may be known by now. */
export async function readSecret(path: string): Promise<string | undefined> {
  const file = await openedFile(path);
  if (file?.private === false)
    throw new UsageError(`${path} holds a private key and can be read by others: chmod 600 ${path}`);
  return file?.text;
}

export async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isCode(error, 'ENOENT')) throw error;
  });
}
