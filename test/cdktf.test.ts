// The example of CDKTF from nothing: packages, bindings from our own schema, compiled under strict, synthesised, applied to a
// real controller, planned without a difference and destroyed. That every binding compiles is what docs/generate/lint.ts is for.
// Its packages are heavy and no part of the root's, so it runs in `npm run test:full` only.

import { cp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { printSchema } from '../docs/generate/print.ts';
import { NO_CHANGES } from '../provider/testing/terraform.ts';
import { run } from '../servers/command.ts';
import { removeFolder, temporaryFolder } from './support/dev.ts';
import { terraformIn } from './support/terraform-world.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

const EXAMPLE = join(import.meta.dirname, '../examples/cdktf');
/** What a person's own run of the example leaves there. */
const MADE = ['node_modules', '.gen', 'out', 'cdktf.out', 'schema.json'];

const full = process.env.LATTICE_TEST_FULL === undefined ? test.skip : test;
let world: World;
let folder: string;

beforeAll(async () => {
  world = await sharedWorld();
  folder = await temporaryFolder();
});

afterAll(async () => {
  await world.close();
  await removeFolder(folder);
});

/** Synthesises the example in a copy, and answers the file that Terraform reads. */
async function synthesised(): Promise<string> {
  const copy = join(folder, 'cdktf');
  await cp(EXAMPLE, copy, { recursive: true, filter: (source) => !MADE.includes(basename(source)) });
  await writeFile(join(copy, 'schema.json'), printSchema());
  // The generator asks a terraform on PATH for its version, which must not read this person's settings.
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '' };
  const options = { cwd: copy, env };
  await run('npm', ['ci'], options);
  await run(process.execPath, ['--no-warnings', 'bindings.mts', 'schema.json'], options);
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], options);
  await run(process.execPath, ['out/main.js'], options);
  return join(copy, 'cdktf.out/stacks/governed/cdk.tf.json');
}

full(
  'a stack in TypeScript applies, plans nothing more, and is destroyed',
  async () => {
    const stack = await synthesised();
    const inTerraform = await terraformIn(folder, world.state);
    const org = uniqueName('cdktf');
    await inTerraform(async (workspace) => {
      // The stack brings its own provider block.
      await rm(join(workspace.folder, 'main.tf'));
      await cp(stack, join(workspace.folder, 'cdk.tf.json'));
      expect(await workspace.run('init', '-input=false', '-no-color')).toMatchObject({ exitCode: 0 });
      const variable = ['-var', `org_name=${org}`];
      expect(await workspace.apply(...variable)).toMatchObject({ exitCode: 0 });
      expect(await world.running(org)).toHaveLength(2);
      const budgets = 'SELECT name, limit_micro_usd FROM lattice_ai_budgets WHERE org = $1 ORDER BY name';
      expect(await world.sql(budgets, [org])).toEqual([
        { name: 'company', limit_micro_usd: '500000000' },
        { name: 'support', limit_micro_usd: '50000000' },
      ]);
      expect(await workspace.plan(...variable)).toMatchObject({ exitCode: NO_CHANGES });
      expect(await workspace.destroy(...variable)).toMatchObject({ exitCode: 0 });
    });
    expect(await world.sql('SELECT kind, name FROM objects WHERE org = $1', [org])).toEqual([]);
  },
  5 * 60_000,
);
