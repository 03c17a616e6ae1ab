// The examples that pages show, in the layout that registries expect. Promise: what is shown is a file that a test applies;
// a thing without its example, and an example of no thing, are each named. Never: an example written into a page.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Examples {
  /** The text of a file, or undefined where it may be missing and is. */
  optional(path: string): string | undefined;
  /** The text of a file; notes that it is missing. */
  required(path: string): string;
  /** Every path, from the folder of the examples. */
  readonly paths: readonly string[];
  /** What was asked for and is not there. */
  readonly missing: ReadonlySet<string>;
}

/** Folders of examples that pages are made from; others stand beside them for people. */
export const FOLDERS = [
  'provider',
  'resources',
  'data-sources',
  'functions',
  'ephemeral-resources',
  'actions',
  'list-resources',
] as const;

export async function readExamples(root: string): Promise<Examples> {
  const files = new Map<string, string>();
  for (const folder of FOLDERS)
    for (const path of await filesOf(root, folder)) files.set(path, await readFile(join(root, path), 'utf8'));
  const missing = new Set<string>();
  return {
    paths: [...files.keys()],
    missing,
    optional: (path) => files.get(path)?.trimEnd(),
    required: (path) => {
      const text = files.get(path);
      if (text === undefined) missing.add(path);
      return text?.trimEnd() ?? '';
    },
  };
}

async function filesOf(root: string, folder: string): Promise<string[]> {
  // A folder of a kind of thing that the provider has none of is not there.
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
