// Lists of objects as data sources, and many objects refreshed at once.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kinds, terraformType } from '../crds/kinds.ts';
import { CHANGES, NO_CHANGES } from '../provider/testing/terraform.ts';
import { apiOf } from './support/api.ts';
import { type InTerraform, openTerraformWorld, type TerraformWorld } from './support/terraform-world.ts';
import { uniqueName, type World } from './support/world.ts';

let terraform: TerraformWorld;
let world: World;
let inTerraform: InTerraform;

beforeAll(async () => {
  terraform = await openTerraformWorld();
  ({ world, inTerraform } = terraform);
});

afterAll(() => terraform.close());

const PLURALS: Readonly<Record<string, string>> = { lattice_policy: 'lattice_policies' };

test('every kind has a data source for one and one for many', async () => {
  await inTerraform(async (workspace) => {
    const { output } = await workspace.run('providers', 'schema', '-json');
    const { provider_schemas: schemas } = JSON.parse(output);
    const [provider] = Object.values<{ data_source_schemas: object }>(schemas);
    const wanted = kinds.flatMap((kind) => {
      const one = terraformType(kind);
      return [one, PLURALS[one] ?? `${one}s`];
    });
    expect(Object.keys(provider?.data_source_schemas ?? {}).sort()).toEqual(wanted.sort());
  });
});

test('a list holds what matches, in order, with what the controller knows; a wrong selector is said where it stands', async () => {
  const api = apiOf(world.state);
  const org = uniqueName('list');
  await api.create('/v1/orgs', { metadata: { name: org } });
  for (const [name, team] of [
    ['b', 'core'],
    ['a', 'core'],
    ['c', 'edge'],
  ])
    await api.create(`/v1/orgs/${org}/budgets`, {
      metadata: { name, labels: { team } },
      spec: { limitMicroUsd: 5 },
    });
  for (const name of ['a', 'b', 'c']) await api.ready(`/v1/orgs/${org}/budgets/${name}`);
  await inTerraform(async (workspace) => {
    await workspace.configure(`
      data "lattice_budgets" "core" {
        org            = "${org}"
        label_selector = "team in (core)"
      }
      data "lattice_budgets" "all" { org = "${org}" }
      output "core" { value = [for each in data.lattice_budgets.core.items : each.id] }
      output "all" { value = { for each in data.lattice_budgets.all.items : each.name => [each.limit_micro_usd, each.ready] } }
    `);
    expect(await workspace.apply()).toMatchObject({ exitCode: 0 });
    const { output } = await workspace.run('output', '-json');
    expect(JSON.parse(output)).toMatchObject({
      core: { value: [`${org}/a`, `${org}/b`] },
      all: { value: { a: [5, true], b: [5, true], c: [5, true] } },
    });
    await workspace.configure(`data "lattice_budgets" "core" {
      org            = "${org}"
      label_selector = "team in core"
    }`);
    const { exitCode, diagnostics } = await workspace.plan();
    expect(exitCode).toBe(1);
    expect(diagnostics).toMatchObject([{ detail: expect.stringContaining('labelSelector: requirement 1') }]);
  });
});

test('of many objects that are refreshed at once each is seen as it is, gone or changed', async () => {
  const org = uniqueName('many');
  await inTerraform(async (workspace) => {
    await workspace.configure(`
      resource "lattice_org" "it" { name = "${org}" }
      resource "lattice_budget" "b" {
        count           = 60
        org             = lattice_org.it.name
        name            = "b-\${count.index}"
        limit_micro_usd = count.index
      }`);
    expect(await workspace.apply()).toMatchObject({ exitCode: 0 });
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    const api = apiOf(world.state, 'terraform/default');
    await api.send('DELETE', `/v1/orgs/${org}/budgets/b-7`);
    await api.gone(`/v1/orgs/${org}/budgets/b-7`);
    const { metadata } = await api.get(`/v1/orgs/${org}/budgets/b-9`);
    await api.send(
      'PUT',
      `/v1/orgs/${org}/budgets/b-9`,
      { metadata: {}, spec: { limitMicroUsd: 777 } },
      { 'if-match': `"${metadata.resourceVersion}"` },
    );
    const { exitCode, output } = await workspace.plan();
    expect(exitCode).toBe(CHANGES);
    expect(output).toContain('Plan: 1 to add, 1 to change, 0 to destroy.');
    expect(await workspace.destroy()).toMatchObject({ exitCode: 0 });
  });
});
