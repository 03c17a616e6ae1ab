// A second controller on the servers of the shared environment, with tokens of the test's own.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { nodeFlags } from '../../cli/node-flags.js';
import { hashToken } from '../../controller/http/tokens.ts';
import { cleanEnvironment, removeFolder, temporaryFolder } from './dev.ts';
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

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

export async function startOwnController(
  world: World,
  rights: Readonly<Record<string, TokenRights>>,
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
  const child = spawn(process.execPath, [...nodeFlags, MAIN, 'controller'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...cleanEnvironment(),
      LATTICE_DATABASE_URL: world.state.databaseUrl,
      LATTICE_TEMPORAL_ADDRESS: world.state.temporalAddress,
      LATTICE_LISTEN_PORT: '0',
      LATTICE_TOKENS_FILE: file,
    },
  });
  let logged = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    logged += text;
  });
  const address = await firstLine(child);
  return {
    address,
    tokens,
    log: () => logged,
    stop: async () => {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      await ended;
      await removeFolder(folder);
    },
  };
}

/** What the program prints first; fails, with what it logged, when it ends before. */
export function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const line = /^(\S+)\n/.exec(stdout)?.[1];
      if (line !== undefined) resolve(line);
    });
    child.once('exit', (code) => reject(new Error(`the controller ended with ${code}:\n${stderr}`)));
  });
}
