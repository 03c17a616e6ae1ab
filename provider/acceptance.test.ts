// The promises of the provider that hold against any controller, checked with the real terraform: what is declared is made, kept
// as it was declared, changed, replaced and read.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AnyController, anyController, orgAndBudget } from './testing/any-controller.ts';
import { succeeded } from './testing/succeeded.ts';
import { NO_CHANGES } from './testing/terraform.ts';

let controller: AnyController;

beforeAll(async () => {
  controller = await anyController();
});

afterAll(() => controller.close());

test('the quickstart applies, plans empty, changes one resource only, and destroys', async () => {
  const example = join(import.meta.dirname, '../examples/terraform/quickstart');
  const files = await Promise.all(
    ['main.tf', 'variables.tf'].map(async (file) => await readFile(join(example, file), 'utf8')),
  );
  // The harness writes the provider block.
  const [hcl = ''] = [files.join('\n').replace(/terraform \{[\s\S]*?\nprovider "lattice" \{\}\n/, '')];
  await controller.withOrg(async (workspace, org) => {
    await workspace.configure(hcl.replace('default     = "acme"', `default     = "${org}"`));
    succeeded(await workspace.apply());
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    const before = await workspace.state();

    const update = await workspace.apply('-var=team_limit_usd=80');
    succeeded(update);
    expect(update.output).toContain('Apply complete! Resources: 0 added, 1 changed, 0 destroyed.');
    const after = await workspace.state();
    expect(after['lattice_budget.support']?.values).toMatchObject({
      limit_micro_usd: 80_000_000,
      uid: before['lattice_budget.support']?.values.uid,
    });
    expect((await workspace.plan('-var=team_limit_usd=80')).exitCode).toBe(NO_CHANGES);

    succeeded(await workspace.destroy('-var=team_limit_usd=80'));
    expect(await workspace.state()).toEqual({});
    expect((await controller.request('GET', `/v1/orgs/${org}`)).status).toBe(404);
  });
});

test('absent, empty and zero stay three things', async () => {
  await controller.withOrg(async (workspace, org) => {
    const cases = [
      ['', { limit_micro_usd: null, labels: null, soft_thresholds_tokens: [] }],
      ['limit_micro_usd = 0\n labels = {}\n soft_thresholds_tokens = []', { limit_micro_usd: 0, labels: {} }],
      [
        'limit_micro_usd = 9007199254740991\n labels = { a = "" }',
        { limit_micro_usd: 9007199254740991, labels: { a: '' } },
      ],
      ['labels = null', { limit_micro_usd: null, labels: null }],
    ] as const;
    for (const [budget, expected] of cases) {
      await workspace.configure(orgAndBudget(org, budget));
      succeeded(await workspace.apply());
      expect((await workspace.state())['lattice_budget.root']?.values).toMatchObject(expected);
      expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    }
  });
});

test('an attribute that is taken out goes back to its default', async () => {
  await controller.withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org, 'window = "day"\n shadow = true'));
    succeeded(await workspace.apply());
    await workspace.configure(orgAndBudget(org));
    succeeded(await workspace.apply());
    expect((await workspace.state())['lattice_budget.root']?.values).toMatchObject({
      window: 'month',
      shadow: false,
    });
  });
});

test('values that are known after apply only feed what depends on them', async () => {
  await controller.withOrg(async (workspace, org) => {
    await workspace.configure(`${orgAndBudget(org)}
      resource "lattice_budget" "child" {
        org         = lattice_org.it.id
        name        = "child"
        parent      = lattice_budget.root.name
        annotations = { "root-uid" = lattice_budget.root.uid, note = "n" }
      }`);
    succeeded(await workspace.apply());
    const state = await workspace.state();
    expect(state['lattice_budget.child']?.values).toMatchObject({
      id: `${org}/child`,
      annotations: { 'root-uid': state['lattice_budget.root']?.values.uid, note: 'n' },
    });
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
  });
});

test('avi#606: a new name replaces the object, and what refers to it follows', async () => {
  await controller.withOrg(async (workspace, org) => {
    const named = (name: string) => `
      resource "lattice_org" "it" { name = "${org}" }
      resource "lattice_budget" "root" {
        org  = lattice_org.it.name
        name = "${name}"
        lifecycle { create_before_destroy = true }
      }
      resource "lattice_agent" "a" {
        org    = lattice_org.it.name
        name   = "a"
        budget = lattice_budget.root.name
        model  = { provider = "ollama", name = "m" }
      }`;
    await workspace.configure(named('one'));
    succeeded(await workspace.apply());
    await workspace.configure(named('two'));
    const replaced = await workspace.apply();
    succeeded(replaced);
    expect(replaced.output).toContain('Apply complete! Resources: 1 added, 1 changed, 1 destroyed.');
    expect((await workspace.state())['lattice_agent.a']?.values.budget).toBe('two');
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
  });
});

test('a data source shows the object and what the controller knows about it', async () => {
  await controller.withOrg(async (workspace, org) => {
    const data = `
      data "lattice_budget" "root" {
        org  = lattice_budget.root.org
        name = lattice_budget.root.name
      }
      output "seen" { value = data.lattice_budget.root }`;
    await workspace.configure(orgAndBudget(org, 'limit_micro_usd = 3') + data);
    succeeded(await workspace.apply());
    const { output } = await workspace.run('output', '-json', 'seen');
    expect(JSON.parse(output)).toMatchObject({
      id: `${org}/root`,
      limit_micro_usd: 3,
      labels: {},
      generation: 1,
      owner: { manager: 'terraform', instance: 'default' },
      ready: true,
    });
    expect(JSON.parse(output).conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'True' }),
    );
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);

    await workspace.configure(`${orgAndBudget(org)}
      data "lattice_agent" "none" {
        org  = "${org}"
        name = "none"
      }`);
    const missing = await workspace.plan();
    expect(missing.diagnostics).toMatchObject([
      { severity: 'error', summary: 'The object does not exist (NotFound)', code: 'name = "none"' },
    ]);
  });
});

test('a reference by literal name, without an order, is waited for', async () => {
  await controller.withOrg(async (workspace, org) => {
    await workspace.configure(`
      resource "lattice_org" "it" { name = "${org}" }
      resource "lattice_agent" "a" {
        org    = "${org}"
        name   = "a"
        budget = "late"
        model  = { provider = "ollama", name = "m" }
      }
      resource "lattice_budget" "late" {
        org  = lattice_org.it.name
        name = "late"
      }`);
    succeeded(await workspace.apply());
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    // Without an order, destroy would wait for the agent's end too; here it does, within the delete timeout.
    succeeded(await workspace.destroy());
  });
});
