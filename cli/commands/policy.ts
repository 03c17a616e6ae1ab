// `lattice policy new | check | test | build | eval | push`: writing policies with the engine that judges them in force.

import { execFile } from 'node:child_process';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { parseJson } from '../../crds/json.ts';
import { inputSchema, PolicyEngine } from '../../policies/engine/index.ts';
import { findTool } from '../../servers/find.ts';
import { clientOf, withClientOptions } from '../client.ts';
import { compiled } from '../policy/files.ts';
import { pushPolicies } from '../policy/push.ts';
import { template, testTemplate } from '../policy/template.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage.ts';

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function policyCommand(): Command {
  return new Command('policy')
    .description('Write, check, test and put in force policies in Rego.')
    .addCommand(
      new Command('new')
        .description('Write a policy and a test to begin with.')
        .argument('<name>', 'name of the policy')
        .option('--folder <path>', 'where to write', '.')
        .action(create),
    )
    .addCommand(
      new Command('check')
        .description('Compile policies as admission would; exits 1 when one is refused.')
        .argument('<files...>', 'Rego files or folders')
        .action(check),
    )
    .addCommand(
      new Command('test')
        .description('Run the Rego tests of a folder.')
        .argument('<folder>', 'folder with *.rego and *_test.rego')
        .action(test),
    )
    .addCommand(
      new Command('build')
        .description('Compile one policy to wasm, with what is known of its rules.')
        .argument('<file>', 'Rego file')
        .requiredOption('--out <path>', 'folder for policy.wasm and policy.json')
        .action(build),
    )
    .addCommand(
      new Command('eval')
        .description('Judge an input; exits 1 when a mandatory rule refuses it.')
        .argument('<files...>', 'Rego files or folders')
        .requiredOption('--input <path>', 'JSON: actor, source, changes, refs, totals')
        .action(evaluate),
    )
    .addCommand(
      withClientOptions(
        new Command('push')
          .description('Put the policies of a folder in force in an org; org "system" holds for every org.')
          .argument('<folder>', 'folder with *.rego')
          .requiredOption('--org <name>', 'org; made when it does not exist'),
      ).action(push),
    );
}

async function create(name: string, options: unknown): Promise<void> {
  const { folder } = z.object({ folder: z.string() }).parse(options);
  if (!NAME.test(name))
    throw new UsageError(`"${name}" is no name: use 1 to 63 characters of a-z, 0-9 and "-"`);
  const stem = name.replaceAll('-', '_');
  const files = { [`${stem}.rego`]: template(stem), [`${stem}_test.rego`]: testTemplate(stem) };
  await mkdir(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    const taken = await access(path).then(
      () => true,
      () => false,
    );
    if (taken) throw new UsageError(`${path} exists already`);
    await writeFile(path, text);
    process.stdout.write(`${path}\n`);
  }
}

async function check(files: string[]): Promise<void> {
  const policies = await compiled(files);
  const rows = policies.flatMap(({ name, rules }) =>
    rules.map((rule) => [name, rule.id, rule.level, rule.title]),
  );
  process.stdout.write(table(['POLICY', 'RULE', 'LEVEL', 'TITLE'], rows));
}

async function test(folder: string): Promise<void> {
  const { path } = await findTool('opa', { progress: (line) => process.stderr.write(`${line}\n`) });
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile(path, ['test', '--verbose', folder], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
  process.stdout.write(output);
  if (!/^PASS: /m.test(output) && code === 0) throw new UsageError(`there is no test in ${folder}`);
  process.exitCode = code;
}

async function build(file: string, options: unknown): Promise<void> {
  const { out } = z.object({ out: z.string() }).parse(options);
  const [policy] = await compiled([file]);
  if (policy === undefined) throw new UsageError(`${file} is no policy`);
  const { wasm, ...about } = policy;
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'policy.wasm'), wasm);
  await writeFile(join(out, 'policy.json'), `${JSON.stringify(about, null, 2)}\n`);
  process.stdout.write(`${policy.digest}\n`);
}

async function evaluate(files: string[], options: unknown): Promise<void> {
  const { input } = z.object({ input: z.string() }).parse(options);
  const policies = await compiled(files);
  const parsed = inputSchema.safeParse(parseJson(await readFile(input, 'utf8')));
  if (!parsed.success)
    throw new UsageError(`${input} is not the input of a policy: ${z.prettifyError(parsed.error)}`);
  const engine = new PolicyEngine();
  try {
    const verdict = await engine.evaluate(policies, parsed.data, { nowNs: BigInt(Date.now()) * 1_000_000n });
    process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
    if (verdict.findings.some(({ level }) => level !== 'advisory')) process.exitCode = 1;
  } finally {
    await engine.close();
  }
}

async function push(folder: string, options: unknown): Promise<void> {
  const { org } = z.object({ org: z.string() }).parse(options);
  await pushPolicies(await clientOf(options), folder, org);
}
