// Which files and packages the workflow bundle is made of. Promises to follow every import that is left when types are
// erased. Must never be imported by workflow code.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const workflowEntry = fileURLToPath(new URL('workflows/index.ts', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

export interface WorkflowGraph {
  /** Our own modules, as paths below the repository's root, sorted. */
  readonly files: readonly string[];
  /** What they import from packages or from Node, sorted. */
  readonly packages: readonly string[];
}

export async function readWorkflowGraph(entry: string = workflowEntry): Promise<WorkflowGraph> {
  const { metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  const packages = imports.filter((imported) => imported.external === true).map((imported) => imported.path);
  return { files: Object.keys(metafile.inputs).sort(), packages: [...new Set(packages)].sort() };
}

export function readSources(graph: WorkflowGraph): Promise<string[]> {
  return Promise.all(graph.files.map((file) => readFile(`${root}/${file}`, 'utf8')));
}
