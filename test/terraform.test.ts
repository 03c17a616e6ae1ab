// Terraform, through the project's own provider, against a real controller: the story of the quickstart, and what is refused
// at plan time.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workflowIdOf } from '../crds/agent-workflow.ts';
import { CHANGES, NO_CHANGES } from '../provider/testing/terraform.ts';
import { type Api, apiOf } from './support/api.ts';
import { eventually } from './support/eventually.ts';
import { events } from './support/ledger.ts';
import { type InTerraform, openTerraformWorld, type TerraformWorld } from './support/terraform-world.ts';
import { uniqueName, type World } from './support/world.ts';

let terraform: TerraformWorld;
let world: World;
let inTerraform: InTerraform;
let api: Api;

beforeAll(async () => {
  terraform = await openTerraformWorld();
  ({ world, inTerraform } = terraform);
  api = apiOf(world.state, 'terraform/default');
});

afterAll(() => terraform.close());

interface Knobs {
  readonly maxTurns?: number;
  readonly teamLimit?: number;
}

const quickstart = (org: string, { maxTurns = 4, teamLimit = 50_000_000 }: Knobs = {}): string => `
resource "lattice_org" "it" { name = "${org}" }
resource "lattice_budget" "root" {
  org             = lattice_org.it.name
  name            = "root"
  limit_micro_usd = 500000000
}
resource "lattice_budget" "team" {
  org             = lattice_org.it.name
  name            = "team"
  parent          = lattice_budget.root.name
  limit_micro_usd = ${teamLimit}
}
resource "lattice_agent" "one" {
  org    = lattice_org.it.name
  name   = "one"
  budget = lattice_budget.team.name
  model  = { provider = "ollama", name = "smollm2" }
  limits = { max_turns = ${maxTurns} }
}
resource "lattice_agent" "two" {
  org    = lattice_org.it.name
  name   = "two"
  budget = lattice_budget.team.name
  model  = { provider = "ollama", name = "smollm2" }
}`;

test('apply brings everything up, changes touch only what they change, drift shows, destroy leaves nothing', async () => {
  const org = uniqueName('tf');
  await inTerraform(async (workspace) => {
    await workspace.configure(quickstart(org));
    expect((await workspace.apply()).exitCode).toBe(0);
    const path = `/v1/orgs/${org}`;
    const uids = await Promise.all(
      ['one', 'two'].map(async (name) => (await api.get(`${path}/agents/${name}`)).metadata.uid),
    );
    await eventually(
      'both workflows run',
      () => world.running(org),
      (ids) => ids.join() === uids.map(workflowIdOf).sort().join(),
    );
    expect(
      await world.sql('SELECT name, limit_micro_usd FROM lattice_ai_budgets WHERE org = $1 ORDER BY name', [
        org,
      ]),
    ).toEqual([
      { name: 'root', limit_micro_usd: '500000000' },
      { name: 'team', limit_micro_usd: '50000000' },
    ]);
    expect((await api.get(`${path}/budgets/team`)).metadata.owner).toMatchObject({
      manager: 'terraform',
      instance: 'default',
    });
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);

    const before = (await events(world, org)).length;
    await workspace.configure(quickstart(org, { maxTurns: 9 }));
    expect((await workspace.apply()).exitCode).toBe(0);
    const since = (await events(world, org)).slice(before);
    expect([...new Set(since.map(({ kind, name }) => `${kind} ${name}`))]).toEqual(['Agent one']);
    const [row] = await world.sql(
      `SELECT max_turns, generation FROM lattice_agents WHERE org = $1 AND name = 'one'`,
      [org],
    );
    expect(row).toEqual({ max_turns: '9', generation: '2' });

    const team = await api.get(`${path}/budgets/team`);
    const edit = { metadata: {}, spec: { ...team.spec, limitMicroUsd: 1 } };
    await api.send('PUT', `${path}/budgets/team`, edit, { 'if-match': `"${team.metadata.resourceVersion}"` });
    const drifted = await workspace.plan();
    expect(drifted.exitCode).toBe(CHANGES);
    expect(drifted.output).toContain('lattice_budget.team: Plan to update');
    expect((await workspace.apply()).exitCode).toBe(0);
    expect((await api.get(`${path}/budgets/team`)).spec).toMatchObject({ limitMicroUsd: 50_000_000 });

    expect((await workspace.destroy()).exitCode).toBe(0);
    for (const table of ['objects', 'lattice_agents', 'lattice_ai_budgets'])
      expect(await world.sql(`SELECT * FROM ${table} WHERE org = $1`, [org])).toEqual([]);
    expect(await world.sql('SELECT * FROM work WHERE object_uid = ANY ($1)', [uids])).toEqual([]);
    expect((await world.sql('SELECT * FROM lattice_orgs WHERE name = $1', [org])).length).toBe(0);
  });
});

test('what somebody deletes outside is created again, and what is gone at destroy is no error', async () => {
  const org = uniqueName('tf');
  await inTerraform(async (workspace) => {
    await workspace.configure(quickstart(org));
    expect((await workspace.apply()).exitCode).toBe(0);
    await api.send('DELETE', `/v1/orgs/${org}/agents/two`);
    await api.gone(`/v1/orgs/${org}/agents/two`);
    const plan = await workspace.plan();
    expect(plan.output).toContain('lattice_agent.two: Plan to create');
    expect((await workspace.destroy()).exitCode).toBe(0);
  });
});

const org = uniqueName('tfbad');
const budget = (attributes: string): string =>
  `resource "lattice_budget" "bad" {\n  org  = "${org}"\n  name = "bad"\n  ${attributes}\n}`;
const agent = (attributes: string): string =>
  `resource "lattice_agent" "bad" {\n  org   = "${org}"\n  name  = "bad"\n  model = { provider = "ollama", name = "smollm2" }\n  ${attributes}\n}`;

const refused: { why: string; hcl: string; says: RegExp; at: string }[] = [
  { why: 'an unknown field', hcl: budget('colour = "red"'), says: /Unsupported argument/, at: 'colour' },
  {
    why: 'a wrong type',
    hcl: budget('limit_micro_usd = "much"'),
    says: /a number is required/,
    at: 'limit_micro_usd',
  },
  {
    why: 'a bad name',
    hcl: budget('').replace('"bad"\n', '"Not_A_Name"\n'),
    says: /InvalidName|InvalidValue/,
    at: 'name',
  },
  { why: 'a cycle', hcl: budget('parent = "bad"'), says: /BudgetCycle/, at: 'parent' },
  {
    why: 'more than the parent has',
    hcl: budget('parent = "root"\n  limit_micro_usd = 1001'),
    says: /BudgetExceedsParent/,
    at: 'limit_micro_usd',
  },
  {
    why: 'a window that does not fit',
    hcl: budget('parent = "root"\n  window = "week"'),
    says: /BudgetWindowMismatch/,
    at: 'window',
  },
  {
    why: '2^53+1',
    hcl: budget('limit_micro_usd = 9007199254740993'),
    says: /IntegerTooLarge|9007199254740993/,
    at: 'limit_micro_usd',
  },
  {
    why: 'an object that another owns',
    hcl: budget('').replace('"bad"\n', '"others"\n'),
    says: /AlreadyExists|OwnedByAnother/,
    at: '',
  },
  { why: 'NUL', hcl: agent('instructions = "a\\u0000b"'), says: /InvalidText/, at: 'instructions' },
  {
    why: 'a spec over 256 KiB',
    hcl: agent(
      'tools = [for i in range(250) : format("%d-%s", i, join("", [for j in range(120) : "aaaaaaaaaa"]))]',
    ),
    says: /SpecTooLarge|InvalidValue/,
    at: 'tools',
  },
  {
    why: 'another org than the token reaches',
    hcl: budget('').replace(org, 'nobody-has-this'),
    says: /OrgNotFound/,
    at: '',
  },
];

test.each(refused)(
  'terraform plan refuses $why, on the attribute, and stores nothing',
  async ({ hcl, says, at, why }) => {
    await ensureOrg();
    await inTerraform(async (workspace) => {
      await workspace.configure(hcl);
      const { exitCode, diagnostics } = await workspace.plan();
      const found = diagnostics.find(({ summary, detail }) => says.test(`${summary} ${detail}`));
      expect(diagnostics.map(({ summary, detail }) => `${summary} ${detail}`).join('\n')).toMatch(says);
      if (why.startsWith('another org')) {
        // It may be made in the same apply, so the plan only warns.
        expect(found?.severity).toBe('warning');
      } else {
        expect(exitCode).toBe(1);
        expect(found?.severity).toBe('error');
        expect(found?.code).toContain(at);
      }
    });
    expect(
      await world.sql(`SELECT name FROM objects WHERE org = $1 AND kind <> 'Org' ORDER BY name`, [org]),
    ).toEqual([{ name: 'others' }, { name: 'root' }]);
  },
);

test('a reference that is missing is a warning at plan and, still missing, an error at apply that stores nothing', async () => {
  await ensureOrg();
  await inTerraform(async (workspace) => {
    await workspace.configure(agent('budget = "nowhere"\n  timeouts = { create = "1s" }'));
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(CHANGES);
    expect(plan.diagnostics).toMatchObject([
      { severity: 'warning', summary: expect.stringContaining('ReferenceNotFound') },
    ]);
    const apply = await workspace.apply();
    expect(apply.exitCode).toBe(1);
    const errors = apply.diagnostics.filter(({ severity }) => severity === 'error');
    expect(JSON.stringify(errors)).toContain('nowhere');
    expect(await workspace.state()).toEqual({});
  });
  expect(await world.sql(`SELECT * FROM objects WHERE org = $1 AND kind = 'Agent'`, [org])).toEqual([]);
});

test('a wrong token is refused by name, and is nowhere in the output', async () => {
  const token = 'not-the-token-7f3a';
  await inTerraform(
    async (workspace) => {
      await workspace.configure(budget(''));
      const { exitCode, output } = await workspace.plan();
      expect(exitCode).toBe(1);
      expect(output).toContain('Unauthenticated');
      expect(output).not.toContain(token);
    },
    { LATTICE_TOKEN: token },
  );
});

let made: Promise<void> | undefined;

function ensureOrg(): Promise<void> {
  made ??= (async () => {
    const person = apiOf(world.state);
    await person.create('/v1/orgs', { metadata: { name: org } });
    await person.create(`/v1/orgs/${org}/budgets`, {
      metadata: { name: 'root' },
      spec: { limitMicroUsd: 1000 },
    });
    await person.create(`/v1/orgs/${org}/budgets`, { metadata: { name: 'others' } });
  })();
  return made;
}
