// Every example of Terraform, applied to a real controller: the second plan is empty, imports find what is there, and destroy
// leaves nothing. What the provider's pages show is these files, so no page shows what does not work.

import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NO_CHANGES, type Workspace } from '../provider/testing/terraform.ts';
import { events } from './support/ledger.ts';
import { type InTerraform, openTerraformWorld, type TerraformWorld } from './support/terraform-world.ts';
import { uniqueName, type World } from './support/world.ts';

const EXAMPLES = join(import.meta.dirname, '../examples');

let terraform: TerraformWorld;
let world: World;
let inTerraform: InTerraform;

beforeAll(async () => {
  terraform = await openTerraformWorld();
  ({ world, inTerraform } = terraform);
});

afterAll(() => terraform.close());

interface Example {
  /** From the folder of the examples, e.g. `resources/lattice_org/resource.tf`. */
  readonly path: string;
  readonly text: string;
}

/** The files of the registry's layout, told apart by their names. Actions and lists need a newer CLI than tests may have. */
async function examplesNamed(...names: readonly string[]): Promise<Example[]> {
  const entries = await readdir(EXAMPLES, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && names.includes(entry.name) && !entry.parentPath.includes('cdktf'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return await Promise.all(
    paths.map(async (path) => ({
      path: path.slice(EXAMPLES.length + 1),
      text: await readFile(path, 'utf8'),
    })),
  );
}

/** They belong together: each names objects that others declare. Only the org is made one that no other test uses. */
async function add(workspace: Workspace, examples: readonly Example[], org: string): Promise<void> {
  for (const { path, text } of examples) {
    const own = text
      .replaceAll('"acme"', `"${org}"`)
      .replaceAll('"acme/', `"${org}/`)
      .replaceAll('owner=acme', `owner=${org}`);
    const here = own.replaceAll('https://lattice.example.com', world.state.address);
    await writeFile(join(workspace.folder, path.replaceAll('/', '-')), here);
  }
}

const errorsOf = ({ diagnostics }: Awaited<ReturnType<Workspace['run']>>) =>
  diagnostics.filter(({ severity }) => severity === 'error');

async function applied(workspace: Workspace): Promise<void> {
  const apply = await workspace.apply();
  expect(errorsOf(apply)).toEqual([]);
  expect(apply.exitCode).toBe(0);
  const plan = await workspace.plan();
  expect({ exitCode: plan.exitCode, errors: errorsOf(plan) }).toEqual({ exitCode: NO_CHANGES, errors: [] });
}

async function expectNothingLeft(org: string): Promise<void> {
  expect(await world.sql('SELECT kind, name FROM objects WHERE org = $1 OR name = $1', [org])).toEqual([]);
}

test('the examples of the pages apply together, are read and imported, and are destroyed', async () => {
  const org = uniqueName('pages');
  await inTerraform(async (workspace) => {
    // The example of the provider block takes the place of the workspace's.
    await rm(join(workspace.folder, 'main.tf'));
    await add(workspace, await examplesNamed('provider.tf', 'resource.tf', 'function.tf'), org);
    await applied(workspace);
    // Lists are read when what they list is there.
    await add(workspace, await examplesNamed('data-source.tf', 'ephemeral-resource.tf'), org);
    await applied(workspace);

    const imports = await examplesNamed('import-by-string-id.tf');
    const commands = await examplesNamed('import.sh');
    const targets = imports.map(({ text }) => ({
      to: /to = (\S+)/.exec(text)?.[1] ?? '',
      id: /id = "(\S+)"/.exec(text)?.[1] ?? '',
    }));
    for (const [at, { to, id }] of targets.entries())
      expect(commands[at]?.text).toContain(`\nterraform import ${to} ${id}\n`);
    expect((await workspace.run('state', 'rm', ...targets.map(({ to }) => to))).exitCode).toBe(0);
    const [first = { to: '', id: '' }] = targets;
    expect(await workspace.run('import', first.to, first.id.replace('acme', org))).toMatchObject({
      exitCode: 0,
    });
    await add(workspace, imports, org);
    const plan = await workspace.plan();
    expect(errorsOf(plan)).toEqual([]);
    expect(plan.output).toContain(
      `Plan: ${targets.length - 1} to import, 0 to add, 0 to change, 0 to destroy.`,
    );
    await applied(workspace);

    expect((await workspace.destroy()).exitCode).toBe(0);
  });
  await expectNothingLeft(org);
});

/** A copy of the whole configurations, so that their modules are found and their folders stay clean. */
async function inCopy(body: (at: (folder: string) => Workspace['run']) => Promise<void>): Promise<void> {
  await inTerraform(async (workspace) => {
    await cp(join(EXAMPLES, 'terraform'), join(workspace.folder, 'terraform'), { recursive: true });
    await body(
      (name) =>
        async (...args) =>
          await workspace.run(`-chdir=terraform/${name}`, ...args),
    );
  });
}

const done = { exitCode: 0 };
const NOT_ASKING = ['-input=false', '-no-color'];

test('the whole configurations apply, plan nothing more, and are destroyed', async () => {
  const org = uniqueName('whole');
  const team = uniqueName('team');
  await inCopy(async (at) => {
    // The governance of the quickstart's org is destroyed before the org is.
    const stack = [
      { run: at('quickstart'), org },
      { run: at('governance'), org },
      { run: at('governed-team'), org: team },
    ];
    for (const each of stack) {
      const variables = [...NOT_ASKING, '-var', `org=${each.org}`];
      expect(await each.run('init', ...NOT_ASKING)).toMatchObject(done);
      expect(await each.run('apply', '-auto-approve', ...variables)).toMatchObject(done);
      expect(await each.run('plan', '-detailed-exitcode', ...variables)).toMatchObject({
        exitCode: NO_CHANGES,
      });
    }
    expect(await world.running(team)).toHaveLength(3);
    for (const each of stack.toReversed())
      expect(
        await each.run('destroy', '-auto-approve', ...NOT_ASKING, '-var', `org=${each.org}`),
      ).toMatchObject(done);
  });
  await expectNothingLeft(org);
  await expectNothingLeft(team);
});

test("the module's own tests pass, mocked and applied", async () => {
  const org = uniqueName('module');
  await inCopy(async (at) => {
    const run = at('modules/governed-team');
    expect(await run('init', ...NOT_ASKING)).toMatchObject(done);
    const tested = await run('test', '-no-color', '-var', `org=${org}`);
    expect(tested.output).toMatch(/Success! \d+ passed, 0 failed\./);
    expect(tested.exitCode).toBe(0);
  });
  const limits = (await events(world, org)).filter(
    ({ kind, name }) => kind === 'Budget' && name === 'support',
  );
  expect(limits.length).toBeGreaterThan(0);
  await expectNothingLeft(org);
});

test('every folder of an example has a file that is tested', async () => {
  const tested = new Set(
    (await examplesNamed('resource.tf', 'data-source.tf', 'function.tf', 'ephemeral-resource.tf')).map(
      ({ path }) => path.split('/').slice(0, 2).join('/'),
    ),
  );
  for (const kind of ['resources', 'data-sources', 'functions'])
    for (const name of await readdir(join(EXAMPLES, kind))) expect([...tested]).toContain(`${kind}/${name}`);
});
