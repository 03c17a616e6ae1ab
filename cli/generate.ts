// Writes everything that is derived from definitions: kinds and configuration. With --check it writes nothing and exits 1
// when a file is stale or should not be there.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { configPage } from '../config/definition.ts';
import { argocdSettingsYaml } from '../crds/generate/argocd.ts';
import { generatedFiles } from '../crds/generate/files.ts';
import { baselineFolder, compilePack, packSources, policyPage } from '../policies/pack.ts';

const root = join(import.meta.dirname, '..');
/** Folders in which every file is generated. */
const folders = [
  'crds/generated',
  'docs/reference',
  'deploy/kustomize/generated',
  'deploy/helm/lattice/templates/generated',
  'deploy/argocd/generated',
];

const wanted = generatedFiles();
wanted.set('docs/reference/configuration.md', configPage());
wanted.set(
  'docs/reference/baseline-policies.md',
  policyPage(await compilePack(await packSources(baselineFolder))),
);
wanted.set(
  'deploy/argocd/generated/argocd-cm.yaml',
  argocdSettingsYaml(await readFile(join(root, 'deploy/argocd/health.lua'), 'utf8')),
);
const stale: string[] = [];
for (const [path, content] of wanted)
  if ((await readFile(join(root, path), 'utf8').catch(() => undefined)) !== content) stale.push(path);
const extra = (await presentFiles()).filter((path) => !wanted.has(path));

if (process.argv.includes('--check')) {
  for (const path of [...stale, ...extra]) process.stderr.write(`stale: ${path}; run: npm run generate\n`);
  process.exitCode = stale.length + extra.length === 0 ? 0 : 1;
} else {
  for (const path of stale) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), wanted.get(path) ?? '');
  }
  for (const path of extra) await rm(join(root, path));
  process.stdout.write(`${wanted.size} generated files, ${stale.length} written, ${extra.length} removed\n`);
}

async function presentFiles(): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    }),
  );
  return found.flat();
}
