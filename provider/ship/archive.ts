// Packs a release. Promise: the same files give the same bytes, on whatever day, in whatever time zone and under whatever
// umask they are packed. Never: a link, or a file that was not named.

import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly executable: boolean;
}

/** The first day that the format can tell, and as it tells it: on the clock of whoever looks. */
const EPOCH = new Date(1980, 0, 1);
const FILE = 0o100000;

export async function pack(entries: readonly Entry[], to: string): Promise<void> {
  const zip = new ZipFile();
  for (const { name, path, executable } of entries.toSorted((left, right) =>
    left.name < right.name ? -1 : 1,
  ))
    zip.addFile(path, name, {
      mtime: EPOCH,
      forceDosTimestamp: true,
      mode: FILE | (executable ? 0o755 : 0o644),
    });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(to));
}
