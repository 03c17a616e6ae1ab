// How the provider is told where the controller is and who asks: wrong configurations, tokens that nothing may show, an address
// that is not known yet, a debugger. With the real terraform, against a controller that can be disturbed.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type FakeController, startFakeController } from './testing/fake-controller.ts';
import { type InstalledProvider, installProvider } from './testing/installed-provider.ts';
import { budget, ORG } from './testing/one-budget.ts';
import { startProgram } from './testing/program.ts';
import { succeeded } from './testing/succeeded.ts';
import { NO_CHANGES, stateText, type Workspace } from './testing/terraform.ts';

let provider: InstalledProvider;
let fake: FakeController;

beforeAll(async () => {
  provider = await installProvider();
});
afterAll(() => provider.remove());
beforeEach(async () => {
  fake = await startFakeController();
});
afterEach(() => fake.close());

async function withTerraform(
  body: (workspace: Workspace) => Promise<void>,
  environment: Record<string, string> = {},
): Promise<void> {
  const known = { LATTICE_ADDRESS: fake.endpoint, LATTICE_TOKEN: fake.token };
  await provider.inTerraform({ ...known, ...environment }, body);
}

test('netskope#57: a wrong token is an error that does not show it; nor does anything else, at any log level', async () => {
  const secret = 'very-secret-token-8d1f';
  await withTerraform(
    async (workspace) => {
      await workspace.configure(budget());
      const refused = await workspace.plan();
      expect(refused.diagnostics[0]?.summary).toContain('Unauthenticated');
      // A server that repeats what it was sent.
      fake.disturb = (seen) => ({
        status: 400,
        body: JSON.stringify({ detail: String(seen.headers.authorization) }),
      });
      const echoed = await workspace.plan();
      expect(echoed.diagnostics[0]?.detail).toContain('Bearer (token)');
      for (const { output } of [refused, echoed]) expect(output).not.toContain(secret);
    },
    { LATTICE_TOKEN: secret, TF_LOG: 'TRACE' },
  );
});

test('with a token in the provider block, no output, state or plan holds it; and every plugin ends when told', async () => {
  await withTerraform(
    async (workspace) => {
      await workspace.configure(budget(), `token = "${fake.token}"`);
      const plan = await workspace.run('plan', '-input=false', '-no-color', '-out=saved');
      const shown = await workspace.run('show', '-json', 'saved');
      const apply = await workspace.run('apply', '-input=false', '-no-color', 'saved');
      succeeded(apply);
      for (const text of [plan.output, apply.output, await stateText(workspace)])
        expect(text).not.toContain(fake.token);
      // Terraform itself writes the constants of a configuration into the JSON of a plan; nothing else there has it.
      expect(shown.output.split(fake.token)).toHaveLength(2);
      // What go-plugin says of a plugin that it has to kill.
      expect(plan.output + apply.output).not.toContain('plugin failed to exit gracefully');
      expect(plan.output).toContain('plugin process exited');
    },
    { LATTICE_TOKEN: '', TF_LOG: 'TRACE' },
  );
});

test('hashicorp/terraform#24131: a configuration that is known after apply only: no dry run, a warning, and a working apply', async () => {
  await withTerraform(
    async (workspace) => {
      await workspace.configure(
        `resource "terraform_data" "address" { input = "${fake.endpoint}" }\n${budget()}`,
        'endpoint = terraform_data.address.output',
      );
      const plan = await workspace.plan();
      expect(plan.diagnostics).toMatchObject([
        { severity: 'warning', summary: "The provider's configuration is not known yet" },
      ]);
      expect(fake.requests).toEqual([]);
      succeeded(await workspace.apply());
      expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    },
    // Must not be fallen back to.
    { LATTICE_ADDRESS: 'http://127.0.0.1:1' },
  );
});

const wrongConfigurations: readonly [
  why: string,
  block: string,
  environment: Record<string, string>,
  summary: string,
][] = [
  ['no address', '', { LATTICE_ADDRESS: '' }, 'The provider has no endpoint'],
  ['no token', '', { LATTICE_TOKEN: '' }, 'The provider has no token'],
  ['plain http to another machine', 'endpoint = "http://example.com"', {}, 'The endpoint is not allowed'],
  ['credentials in the address', 'endpoint = "https://me:pw@example.com"', {}, 'The endpoint is not allowed'],
  ['no URL', 'endpoint = "example.com"', {}, 'The endpoint is not allowed'],
];

test.each(wrongConfigurations)('refused: %s', async (_why, block, environment, summary) => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget(), block);
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(1);
    expect(plan.diagnostics.map((each) => each.summary)).toContain(summary);
    expect(fake.requests).toEqual([]);
  }, environment);
});

test('a controller that is not there is an error at plan', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(ORG);
    await fake.close();
    const plan = await workspace.plan();
    expect(plan.diagnostics).toMatchObject([
      { severity: 'error', summary: 'The controller does not answer' },
    ]);
    expect(plan.diagnostics[0]?.detail).toContain('ECONNREFUSED');
  });
});

test('a provider that runs under a debugger serves several commands', async () => {
  const environment = { LATTICE_ADDRESS: fake.endpoint, LATTICE_TOKEN: fake.token };
  const program = await startProgram(provider.mirror, environment, ['--debug']);
  const line = await program.firstLine;
  const attach = /'(.*)'/.exec(line)?.[1] ?? '';
  await withTerraform(
    async (workspace) => {
      await workspace.configure(budget());
      succeeded(await workspace.apply());
      expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
      succeeded(await workspace.destroy());
    },
    { TF_REATTACH_PROVIDERS: attach },
  );
  program.signal('SIGTERM');
  expect((await program.finished).stdout).toBe(`${line}\n`);
});
