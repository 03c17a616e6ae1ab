// A second controller on the servers of the shared environment, with tokens of the test's own.

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { hashToken } from '../../controller/http/tokens.ts';
import { removeFolder, temporaryFolder } from './dev.ts';
import { startProgram } from './program.ts';
import type { World } from './world.ts';

export interface TokenRights {
  readonly orgs: readonly string[];
  readonly verbs: readonly string[];
  readonly managers?: readonly string[];
}

export interface OwnController {
  readonly address: string;
  /** By name. */
  readonly tokens: Readonly<Record<string, string>>;
  /** What it has logged so far. */
  log(): string;
  stop(): Promise<void>;
}

export async function startOwnController(
  world: World,
  rights: Readonly<Record<string, TokenRights>>,
  settings: Readonly<Record<string, string>> = {},
): Promise<OwnController> {
  const folder = await temporaryFolder();
  const tokens = Object.fromEntries(
    Object.keys(rights).map((name) => [name, randomBytes(24).toString('base64url')]),
  );
  const file = join(folder, 'tokens.yaml');
  const entries = Object.entries(rights).map(([name, right]) => ({
    name,
    sha256: hashToken(tokens[name] ?? ''),
    ...right,
  }));
  await writeFile(file, stringify({ tokens: entries }), { mode: 0o600 });
  const program = startProgram(['controller'], {
    LATTICE_DATABASE_URL: world.state.databaseUrl,
    LATTICE_TEMPORAL_ADDRESS: world.state.temporalAddress,
    LATTICE_LISTEN_PORT: '0',
    LATTICE_TOKENS_FILE: file,
    ...settings,
  });
  const address = await program.firstLine;
  return {
    address,
    tokens,
    log: program.output,
    stop: async () => {
      await program.stop();
      await removeFolder(folder);
    },
  };
}
