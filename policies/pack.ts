// A pack: the policies of one folder, and the page that documents them.
// Promise: the page says what the policies' own metadata says. Never: a policy known by a list of its own.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CompiledPolicy, compile, type PolicyRule, type PolicySource } from './engine/index.ts';

export const baselineFolder = fileURLToPath(new URL('./baseline/', import.meta.url));

/** `agent_budget.rego` is policy `agent-budget`; tests are left out. */
export async function packSources(folder: string): Promise<PolicySource[]> {
  const files = (await readdir(folder))
    .filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'))
    .sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.rego'.length).replaceAll('_', '-'),
      rego: await readFile(join(folder, file), 'utf8'),
    })),
  );
}

/** Throws where a policy of the pack does not compile. */
export async function compilePack(sources: readonly PolicySource[]): Promise<CompiledPolicy[]> {
  const policies: CompiledPolicy[] = [];
  for (const source of sources) {
    const result = await compile(source);
    if (result.ok) policies.push(result.policy);
    else {
      const lines = result.findings.map(({ line, column, message }) => `${line}:${column}: ${message}`);
      throw new Error(`policy '${source.name}' does not compile:\n${lines.join('\n')}`);
    }
  }
  return policies;
}

/** Markdown: a section for each policy, with its rules, their levels and what to do. */
export function policyPage(pack: readonly CompiledPolicy[]): string {
  return `# Policies of the baseline pack

They hold for every org once they are in force in org \`system\`. An advisory finding is told; a soft-mandatory one refuses
unless it is waived; a hard-mandatory one refuses.

${pack.map(section).join('\n\n')}
`;
}

function section({ name, title, description, rules }: CompiledPolicy): string {
  return [
    `## ${title} (\`${name}\`)`,
    description.trim(),
    rules.map((rule) => bullet(rule, title)).join('\n'),
  ].join('\n\n');
}

function bullet({ id, level, title, remediation }: PolicyRule, policyTitle: string): string {
  const about = title === policyTitle ? '' : ` ${title}.`;
  return `- \`${id}\` (${level}).${about} ${remediation}`;
}
