// The provider under stress, with the real terraform: many at once, a second Ctrl-C, a token that ends in the middle, an object
// that goes at the worst moment, and a crash.

import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { errors } from '../crds/errors.ts';
import { findTerraform } from '../servers/terraform.ts';
import type { Mirror } from './build.ts';
import { type FakeController, type Seen, startFakeController } from './testing/fake-controller.ts';
import { type InstalledProvider, installProvider } from './testing/installed-provider.ts';
import { succeeded } from './testing/succeeded.ts';
import { CHANGES, inWorkspace, NO_CHANGES, type Run, type Workspace } from './testing/terraform.ts';

let installed: InstalledProvider;
let fake: FakeController;

beforeAll(async () => {
  installed = await installProvider();
});
afterAll(() => installed.remove());
beforeEach(async () => {
  fake = await startFakeController();
});
afterEach(async () => await fake.close());

async function withTerraform(body: (workspace: Workspace) => Promise<void>): Promise<void> {
  const environment = { LATTICE_ADDRESS: fake.endpoint, LATTICE_TOKEN: fake.token };
  await installed.inTerraform(environment, body);
}

const budgets = (count: number): string => `
  resource "lattice_org" "it" { name = "acme" }
  resource "lattice_budget" "it" {
    count = ${count}
    org   = lattice_org.it.name
    name  = "b\${count.index}"
  }`;
const isCreate = ({ method, path }: Seen): boolean => method === 'POST' && path === '/v1/orgs/acme/budgets';
const problem = (code: 'Unauthenticated') =>
  JSON.stringify({
    type: `about:blank#${code}`,
    title: errors[code].title,
    status: errors[code].status,
    code,
    detail: 'the token has expired',
    requestId: 'fake',
    findings: [],
  });

test('a hundred and fifty objects, fifty at a time, are made once each', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budgets(150));
    succeeded(await workspace.apply('-parallelism=50'));
    const names = fake.requests.filter(isCreate).map(({ body }) => JSON.parse(body).metadata.name);
    expect([names.length, new Set(names).size]).toEqual([150, 150]);
    expect((await workspace.plan('-parallelism=50')).exitCode).toBe(NO_CHANGES);
    succeeded(await workspace.destroy('-parallelism=50'));
    expect(fake.store.objects.size).toBe(0);
  });
});

test('hashicorp/terraform#25133: twenty terraforms that start at once all get their provider', async () => {
  const applied = await Promise.all(
    Array.from({ length: 20 }, async (_, at) => {
      let result: Run | undefined;
      await withTerraform(async (workspace) => {
        await workspace.configure(`resource "lattice_org" "it" { name = "org${at}" }`);
        result = await workspace.apply();
      });
      return result;
    }),
  );
  expect(applied.map((run) => run?.exitCode)).toEqual(applied.map(() => 0));
  expect(fake.store.objects.size).toBe(20);
});

test('a token that ends in the middle of an apply loses nothing: the next one goes on where it stopped', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budgets(12));
    let left = 5;
    fake.disturb = (seen) => {
      if (isCreate(seen)) left -= 1;
      return left < 0 ? { status: 401, body: problem('Unauthenticated') } : undefined;
    };
    const stopped = await workspace.apply('-parallelism=2');
    expect(stopped.exitCode).toBe(1);
    expect(stopped.diagnostics.map(({ summary }) => summary).join()).toContain('Unauthenticated');
    const known = Object.keys(await workspace.state());
    expect(known.filter((address) => address.startsWith('lattice_budget')).length).toBe(
      [...fake.store.objects.keys()].filter((key) => key.startsWith('Budget/')).length,
    );
    fake.disturb = () => undefined;
    succeeded(await workspace.apply());
    expect([fake.store.objects.size, (await workspace.plan()).exitCode]).toEqual([13, NO_CHANGES]);
  });
});

test('hashicorp/terraform#33358: a second Ctrl-C ends terraform at once; what it forgot is found and said how to import', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budgets(1));
    fake.store.verdicts.set('Budget/acme/b0', 'never');
    const waiting = fake.request(({ method, path }) => method === 'GET' && path.includes('/budgets/b0'));
    const apply = workspace.start('apply', '-input=false', '-auto-approve', '-no-color');
    await waiting;
    apply.interrupt();
    apply.interrupt();
    expect((await apply.finished).exitCode).toBe(1);
    fake.store.verdicts.clear();
    const next = await workspace.apply();
    // Whether the state still got it is a race that terraform runs; either way nothing is lost or made twice.
    if (next.exitCode !== 0) {
      expect(next.diagnostics[0]?.detail).toContain('terraform import');
      succeeded(await workspace.run('import', '-input=false', 'lattice_budget.it[0]', 'acme/b0'));
    }
    succeeded(await workspace.apply());
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    expect(fake.requests.filter(isCreate).length).toBeLessThanOrEqual(3);
  });
});

test('an object that is deleted between plan and apply is an error of its change, and comes back with the next apply', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budgets(1));
    succeeded(await workspace.apply());
    await workspace.configure(budgets(1).replace('org   =', 'shadow = true\n org   ='));
    expect((await workspace.plan('-out=saved')).exitCode).toBe(CHANGES);
    fake.store.objects.delete('Budget/acme/b0');
    const apply = await workspace.run('apply', '-json', '-input=false', 'saved');
    expect(apply.exitCode).toBe(1);
    expect(apply.diagnostics[0]?.summary).toContain('NotFound');
    succeeded(await workspace.apply());
    expect(fake.store.objects.get('Budget/acme/b0')?.spec).toMatchObject({ shadow: true });
  });
});

test('a crash is shown with its report, and what was there before stays in the state', async () => {
  const folder = join(installed.folder, 'crashing', 'example.dev/test/corner/0.1.0', platform());
  await mkdir(folder, { recursive: true });
  const program = join(folder, 'terraform-provider-corner_v0.1.0');
  const script = join(import.meta.dirname, 'sdk/testing/crashing.ts');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${script}'\n`);
  await chmod(program, 0o755);
  const crashing: Mirror = {
    mirrorDir: join(installed.folder, 'crashing'),
    writeCliConfig: async (path) =>
      await writeFile(
        path,
        `provider_installation {\n filesystem_mirror {\n path = "${join(installed.folder, 'crashing')}"\n }\n}\n`,
      ),
  };
  const provider = { name: 'corner', source: 'example.dev/test/corner' };
  // OpenTofu keeps such a report for its log.
  const { product } = await findTerraform();
  const environment = product === 'tofu' ? { TF_LOG: 'DEBUG' } : {};
  await inWorkspace({ mirror: crashing, environment, provider }, async (workspace) => {
    await workspace.configure('resource "corner_thing" "it" { name = "a" }');
    const crashed = await workspace.run('apply', '-input=false', '-auto-approve', '-no-color');
    expect(crashed.exitCode).toBe(1);
    if (product === 'terraform')
      expect(crashed.output).toContain('Stack trace from the terraform-provider-corner_v0.1.0 plugin');
    expect(crashed.output).toContain('panic: Error: an edge gave way');
    expect(crashed.output).toContain('crashing.ts');
  });
});

function platform(): string {
  const architectures: Readonly<Record<string, string>> = { x64: 'amd64' };
  return `${process.platform}_${architectures[process.arch] ?? process.arch}`;
}
