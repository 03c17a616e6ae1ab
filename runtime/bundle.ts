// The workflow code as one script for Temporal's sandbox. Promises that it is made once a process, and that a prebuilt
// file is used only when it was made from exactly these sources by this SDK. Must never run old code because an old
// file lay around: the digest is in the file's name.

import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { asTemporalLogger, type Log } from './log.ts';
import { readSources, readWorkflowGraph, workflowEntry } from './workflow-graph.ts';

export interface WorkflowBundle {
  readonly code: string;
  /** Names the code: sources and SDK. */
  readonly digest: string;
}

export interface BundleOptions {
  readonly log: Log;
  /** Folder where the bundle is looked for, and left when it had to be made. Without it, memory only. */
  readonly directory?: string | undefined;
}

let once: Promise<WorkflowBundle> | undefined;

export function loadWorkflowBundle(options: BundleOptions): Promise<WorkflowBundle> {
  once ??= readOrMake(options).catch((error: unknown) => {
    once = undefined;
    throw error;
  });
  return once;
}

async function readOrMake({ log, directory }: BundleOptions): Promise<WorkflowBundle> {
  const digest = await digestWorkflows();
  const file = directory === undefined ? undefined : join(directory, `workflows-${digest}.js`);
  const prebuilt = file === undefined ? undefined : await readIfThere(file);
  if (prebuilt !== undefined) return { code: prebuilt, digest };
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflowEntry,
    logger: asTemporalLogger(log),
  });
  if (file !== undefined) await writeWhole(file, code);
  return { code, digest };
}

async function digestWorkflows(): Promise<string> {
  const graph = await readWorkflowGraph();
  const hash = createHash('sha256').update(sdkVersion());
  for (const source of await readSources(graph)) hash.update('\0').update(source);
  return hash.digest('hex').slice(0, 16);
}

/** The bundle carries the SDK's own sandbox code and must be run by the same version. */
function sdkVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('@temporalio/worker/package.json');
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw new Error('@temporalio/worker has no version in its package.json.');
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Renamed into place, so that a second process never reads half a bundle. */
async function writeWhole(file: string, code: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, code);
  await rename(partial, file);
}
