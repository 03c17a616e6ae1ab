// Drives the real terraform in a folder of its own. Promise: no network, no settings of the person who runs the tests, and
// nothing left running or lying about. Never: a sleep; whoever waits, waits for an event.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTerraform } from '../../servers/terraform.ts';
import { PROVIDER_ADDRESS } from '../address.ts';
import type { Mirror } from '../build.ts';

export interface Run {
  readonly exitCode: number | null;
  /** Standard output and error, in the order of arrival. */
  readonly output: string;
  readonly diagnostics: readonly TerraformDiagnostic[];
}

export interface TerraformDiagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail: string;
  /** The line of the configuration it is about. */
  readonly code: string;
}

export interface Workspace {
  readonly folder: string;
  /** Replaces the configuration; the provider block is added. */
  configure(hcl: string, providerArguments?: string): Promise<void>;
  run(...args: readonly string[]): Promise<Run>;
  /** `plan`, `apply`, ... with `-json`, so that diagnostics are data. */
  plan(...args: readonly string[]): Promise<Run>;
  apply(...args: readonly string[]): Promise<Run>;
  destroy(...args: readonly string[]): Promise<Run>;
  /** The attributes in the state, by resource address. */
  state(): Promise<Readonly<Record<string, StateEntry>>>;
  /** Starts without waiting. The signal goes to the whole process group, as Ctrl-C does. */
  start(...args: readonly string[]): { readonly finished: Promise<Run>; interrupt(): void };
}

export interface StateEntry {
  readonly values: Readonly<Record<string, unknown>>;
  readonly tainted: boolean;
}

export interface WorkspaceOptions {
  /** Undefined: the environment says to which running process terraform attaches. */
  readonly mirror: Mirror | undefined;
  /** Lattice's own where it is left out. */
  readonly provider?: { readonly name: string; readonly source: string };
  readonly environment: Readonly<Record<string, string>>;
}

/** Exit codes of `plan -detailed-exitcode`. */
export const NO_CHANGES = 0;
export const CHANGES = 2;

/** Runs `body` in a fresh, initialised folder, and removes it. */
export async function inWorkspace(
  { mirror, environment, provider = LATTICE }: WorkspaceOptions,
  body: (workspace: Workspace) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lattice-terraform-'));
  const terraform = await findTerraform();
  const running = new Set<ChildProcess>();
  const cliConfig = join(folder, 'cli.tfrc');
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TMPDIR: folder,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_CLI_CONFIG_FILE: cliConfig,
    ...environment,
  };
  const start: Workspace['start'] = (...args) => {
    const child = spawn(terraform.path, args, {
      cwd: folder,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const finished = once(child, 'close').then(() => {
      running.delete(child);
      return { exitCode: child.exitCode, output, diagnostics: diagnosticsIn(output) };
    });
    return { finished, interrupt: () => signalGroup(child, 'SIGINT') };
  };
  const run: Workspace['run'] = async (...args) => await start(...args).finished;
  const workspace: Workspace = {
    folder,
    configure: async (hcl, providerArguments = '') => {
      await writeFile(join(folder, 'main.tf'), `${header(provider, providerArguments)}\n${hcl}\n`);
    },
    run,
    plan: async (...args) => await run('plan', '-json', '-input=false', '-detailed-exitcode', ...args),
    apply: async (...args) => await run('apply', '-json', '-input=false', '-auto-approve', ...args),
    destroy: async (...args) => await run('destroy', '-json', '-input=false', '-auto-approve', ...args),
    state: async () => entriesOf(JSON.parse((await run('show', '-json')).output)),
    start,
  };
  try {
    await (mirror === undefined ? writeFile(cliConfig, '') : mirror.writeCliConfig(cliConfig));
    await workspace.configure('');
    const init = await run('init', '-input=false', '-no-color');
    if (init.exitCode !== 0) throw new Error(init.output);
    await body(workspace);
  } finally {
    for (const child of running) signalGroup(child, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

const LATTICE = { name: 'lattice', source: PROVIDER_ADDRESS };

function header({ name, source }: { name: string; source: string }, providerArguments: string): string {
  return [
    'terraform {',
    '  required_providers {',
    `    ${name} = {`,
    `      source = "${source}"`,
    '    }',
    '  }',
    '}',
    `provider "${name}" {\n${providerArguments}\n}`,
  ].join('\n');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, signal);
}

interface JsonLine {
  readonly diagnostic?: {
    readonly severity: string;
    readonly summary: string;
    readonly detail: string;
    readonly snippet?: { readonly code: string };
  };
}

function diagnosticsIn(output: string): TerraformDiagnostic[] {
  return output.split('\n').flatMap((line) => {
    if (!line.startsWith('{"@level"')) return [];
    const { diagnostic }: JsonLine = JSON.parse(line);
    if (diagnostic === undefined) return [];
    const { severity, summary, detail, snippet } = diagnostic;
    return [{ severity, summary, detail, code: snippet?.code.trim() ?? '' }];
  });
}

interface ShownState {
  readonly values?: {
    readonly root_module: {
      readonly resources?: readonly {
        readonly address: string;
        readonly values: Readonly<Record<string, unknown>>;
        readonly tainted?: boolean;
      }[];
    };
  };
}

function entriesOf(shown: ShownState): Record<string, StateEntry> {
  const resources = shown.values?.root_module.resources ?? [];
  return Object.fromEntries(
    resources.map(({ address, values, tainted }) => [address, { values, tainted: tainted ?? false }]),
  );
}

/** The raw text of the state file, for what must not be in it. */
export async function stateText({ folder }: Workspace): Promise<string> {
  return await readFile(join(folder, 'terraform.tfstate'), 'utf8');
}
