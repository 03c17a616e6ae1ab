import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readWorkflowGraph } from './workflow-graph.ts';

test('workflow code imports nothing that does I/O', async () => {
  const { files, packages } = await readWorkflowGraph();
  expect(packages).toEqual(['@temporalio/workflow']);
  expect(files.filter((file) => !file.startsWith('runtime/workflows/'))).toEqual(['crds/agent-workflow.ts']);
});

test('the graph sees an import at any depth', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lattice-graph-'));
  try {
    await writeFile(join(folder, 'index.ts'), "export { a } from './a.ts';");
    await writeFile(
      join(folder, 'a.ts'),
      "import type { X } from 'erased';\nexport const a = (): X => import('node:fs');",
    );
    const { packages } = await readWorkflowGraph(join(folder, 'index.ts'));
    expect(packages).toEqual(['node:fs']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
