// The licences of what is bundled into the program, which ask to be handed on with every copy. Promise: each package that
// left a byte in the bundle is named. Never: a package that has neither a licence file nor a licence by name.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { z } from 'zod';

const packageSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** `root` is the folder that the paths in the metafile start from. */
export async function noticesFor({ outputs }: Metafile, root: string): Promise<string> {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  const notices = await Promise.all([...folders].map(async (folder) => await noticeOf(join(root, folder))));
  return notices.sort().join('\n');
}

async function noticeOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  const { name, version, license } = packageSchema.parse(JSON.parse(text));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)(\.\w+)?$/i.test(file)).sort();
  const texts = await Promise.all(files.map(async (file) => await readFile(join(folder, file), 'utf8')));
  return `${name} ${version}, ${license}\n\n${texts.join('\n')}`;
}
