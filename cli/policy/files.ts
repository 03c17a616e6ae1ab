// Policies as files: which there are, and what they compile to.

import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CompiledPolicy, compile } from '../../policies/engine/index.ts';
import { UsageError } from '../usage.ts';

/** `agent_budget.rego` is policy `agent-budget`. */
export const policyName = (file: string): string => basename(file, '.rego').replaceAll('_', '-');

/** Rego files, without their tests. */
export async function regoFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => {
      throw new UsageError(`${path}: there is no such file`);
    });
    const names = info.isDirectory() ? (await readdir(path)).sort().map((name) => join(path, name)) : [path];
    found.push(...names.filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego')));
  }
  if (found.length === 0) throw new UsageError(`there is no policy in ${paths.join(', ')}`);
  return found;
}

interface Checked {
  readonly policies: CompiledPolicy[];
  readonly problems: string[];
}

async function compileAll(paths: readonly string[]): Promise<Checked> {
  const checked: Checked = { policies: [], problems: [] };
  for (const file of await regoFiles(paths)) {
    const result = await compile({ name: policyName(file), rego: await readFile(file, 'utf8') });
    if (result.ok) checked.policies.push(result.policy);
    else
      for (const { line, column, code, message } of result.findings)
        checked.problems.push(`${file}:${line}:${column}: ${code}: ${message}`);
  }
  return checked;
}

/** Every policy compiled. Throws UsageError that says file, line and column of what is wrong. */
export async function compiled(paths: readonly string[]): Promise<CompiledPolicy[]> {
  const { policies, problems } = await compileAll(paths);
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return policies;
}
