import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { findTool } from '../servers/find.ts';
import { levels, PolicyEngine } from './engine/index.ts';
import { baselineFolder, compilePack, packSources, policyPage } from './pack.ts';

const run = promisify(execFile);

test('the Rego tests of the baseline pack pass', async () => {
  const { path } = await findTool('opa');
  const { stdout } = await run(path, ['test', '--format=json', baselineFolder]);
  const results: { name: string; fail?: boolean; error?: unknown }[] = JSON.parse(stdout);
  expect(results.filter(({ fail, error }) => fail || error)).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(30);
});

test('every policy of the pack compiles and says what it is, how strict, and what to do', async () => {
  const pack = await compilePack(await packSources(baselineFolder));
  expect(pack.map(({ name }) => name)).toEqual([
    'agent-budget',
    'budget-parent',
    'mesh-routes',
    'model-allowed',
    'production-tools',
    'role-everything',
    'secret-literal',
  ]);
  for (const { title, description, rules } of pack) {
    expect(title).not.toBe('');
    expect(description).not.toBe('');
    for (const rule of rules) {
      expect(levels).toContain(rule.level);
      expect(rule.remediation).not.toBe('');
    }
  }
  const page = policyPage(pack);
  for (const { name, rules } of pack) {
    expect(page).toContain(`(\`${name}\`)`);
    for (const { id } of rules) expect(page).toContain(`\`${id}\``);
  }
});

test('an unknown defers only the rules of the pack that read it', async () => {
  const pack = await compilePack(await packSources(baselineFolder));
  const engine = new PolicyEngine();
  try {
    const { findings, deferred } = await engine.evaluate(pack, {
      actor: {},
      source: 'terraform',
      changes: [
        {
          action: 'create',
          kind: 'Agent',
          org: 'acme',
          name: 'triage',
          before: null,
          after: {
            metadata: { org: 'acme', name: 'triage', labels: { env: 'prod' }, annotations: {} },
            spec: { model: { provider: 'ollama', name: 'smollm2' }, tools: ['*'] },
          },
          unknown: ['/spec/budget'],
        },
      ],
      refs: {},
      totals: {},
    });
    expect(deferred.map(({ ruleId, pointers }) => [ruleId, pointers])).toEqual([
      ['agent-budget/deny', ['/spec/budget']],
    ]);
    expect(findings.map(({ ruleId, pointer }) => [ruleId, pointer])).toEqual([
      ['production-tools/deny', '/spec/tools/0'],
    ]);
  } finally {
    await engine.close();
  }
});
