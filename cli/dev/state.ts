// What `lattice dev` leaves in its state folder for the CLI, for Terraform and for people: where everything is, and the
// token. The files are readable by their owner only.

import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export const STATE_FILE = 'dev.json';
/** Shell lines to `source`. */
export const ENVIRONMENT_FILE = 'env';

export const devStateSchema = z.strictObject({
  pid: z.int(),
  address: z.string(),
  token: z.string(),
  temporalAddress: z.string(),
  /** Postgres as its superuser, for looking into it. */
  databaseUrl: z.string(),
});
export type DevState = z.infer<typeof devStateSchema>;

export async function writeDevState(folder: string, state: DevState): Promise<void> {
  await writePrivate(join(folder, STATE_FILE), `${JSON.stringify(state, null, 2)}\n`);
  await writePrivate(
    join(folder, ENVIRONMENT_FILE),
    [`export LATTICE_ADDRESS='${state.address}'`, `export LATTICE_TOKEN='${state.token}'`, ''].join('\n'),
  );
}

/** Writes a file whole or not at all, readable by its owner only. */
export async function writePrivate(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, path);
}

export async function privateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}
