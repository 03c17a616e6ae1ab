// The story that the demo tells, as steps. Each looks at the real systems and fails when they do not say what it tells.

import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { namespaceOf } from '../../crds/agent-workflow.ts';
import { apiOf } from '../support/api.ts';
import type { Dev } from '../support/dev.ts';
import { eventually } from '../support/eventually.ts';
import { events } from '../support/ledger.ts';
import type { World } from '../support/world.ts';
import type { TerraformDriver } from './terraform.ts';

export interface Scene {
  readonly dev: Dev;
  readonly world: World;
  /** The quickstart. */
  readonly terraform: TerraformDriver;
  /** The governance example, in a folder of its own. */
  readonly governance: TerraformDriver;
  readonly org: string;
}

export interface Step {
  readonly name: string;
  tell(scene: Scene, show: (line: string) => void): Promise<void>;
}

export const AUTO = ['-input=false', '-auto-approve'] as const;
const DETAILED = ['-input=false', '-detailed-exitcode'] as const;
const CHANGES = 2;

const budgets = async ({ world, org }: Scene) =>
  await world.sql('SELECT name, limit_micro_usd FROM lattice_ai_budgets WHERE org = $1 ORDER BY name', [org]);
const ledger = async ({ world, org }: Scene) => await events(world, org);

const textOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

export const story: readonly Step[] = [
  {
    name: 'terraform apply: an org, a root budget, a team budget under it, two agents',
    tell: async ({ terraform }, show) => {
      const { lastLine } = await terraform.run('apply', ...AUTO);
      show(lastLine);
      assert.match(lastLine, /5 added, 0 changed, 0 destroyed/);
    },
  },
  {
    name: 'the real systems have them',
    tell: async (scene, show) => {
      const { world, org } = scene;
      const running = await eventually(
        'both workflows are listed',
        () => world.running(org),
        (ids) => ids.length === 2,
      );
      for (const id of running) show(`Temporal, namespace ${namespaceOf(org)}: ${id} is RUNNING`);
      const agents = await world.sql(
        'SELECT name, model_name, workflow_id FROM lattice_agents WHERE org = $1 ORDER BY name',
        [org],
      );
      for (const row of agents) show(`Postgres, lattice_agents: ${row.name} (${row.model_name})`);
      assert.deepEqual(agents.map((row) => row.workflow_id).sort(), running);
      const rows = await budgets(scene);
      for (const row of rows)
        show(`Postgres, lattice_ai_budgets: ${row.name}, ${row.limit_micro_usd} micro-USD`);
      assert.deepEqual(
        rows.map((row) => row.name),
        ['root', 'support'],
      );
      const told = await ledger(scene);
      for (const event of told.slice(-3))
        show(`Ledger: ${event.action} ${event.kind} ${event.name}: ${event.reason || event.phase}`);
      assert.ok(told.length >= 10);
    },
  },
  {
    name: 'somebody tampers: a limit is raised by SQL, a workflow is terminated, a budget row is slipped in',
    tell: async ({ world, org }, show) => {
      await world.sql(
        `UPDATE lattice_ai_budgets SET limit_micro_usd = 999999999999 WHERE org = $1 AND name = 'support'`,
        [org],
      );
      show('UPDATE lattice_ai_budgets SET limit_micro_usd = 999999999999');
      const [victim = ''] = await world.running(org);
      await world.temporal(namespaceOf(org)).workflow.getHandle(victim).terminate('tampering');
      show(`terminated ${victim}`);
      await world.sql(
        `INSERT INTO lattice_ai_budgets SELECT gen_random_uuid(), org, 'slush-fund', parent_uid, 1000000000, limit_tokens,
           budget_window, time_zone, soft_thresholds_micro_usd, soft_thresholds_tokens, shadow, generation
         FROM lattice_ai_budgets WHERE org = $1 AND name = 'support'`,
        [org],
      );
      show(`inserted the budget row slush-fund`);
    },
  },
  {
    name: 'the controller finds each, puts it right, and the ledger says so',
    tell: async (scene, show) => {
      await eventually(
        'the rows are as declared',
        () => budgets(scene),
        (rows) =>
          JSON.stringify(rows.map((row) => [row.name, row.limit_micro_usd])) ===
          JSON.stringify([
            ['root', '500000000'],
            ['support', '50000000'],
          ]),
      );
      const found = await eventually(
        'all three are in the ledger',
        async () =>
          (await ledger(scene)).filter(
            (event) => ['repair', 'remove'].includes(event.action) && event.phase === 'outcome',
          ),
        (told) => told.length >= 3,
      );
      for (const event of found)
        show(`Ledger: ${event.action} ${event.kind} ${event.name}: ${event.message}`);
      await eventually(
        'both workflows run again',
        () => scene.world.running(scene.org),
        (ids) => ids.length === 2,
      );
    },
  },
  {
    name: 'a second plan says no changes',
    tell: async ({ terraform }, show) => {
      const { lastLine } = await terraform.tolerate([0, CHANGES], 'plan', ...DETAILED);
      show(lastLine);
      assert.match(lastLine, /No changes/);
    },
  },
  {
    name: 'a change of one agent touches that agent only',
    tell: async (scene, show) => {
      const { terraform, world, org } = scene;
      const before = (await ledger(scene)).length;
      const { lastLine } = await terraform.run('apply', ...AUTO, '-var', 'triage_max_turns=9');
      show(lastLine);
      assert.match(lastLine, /0 added, 1 changed, 0 destroyed/);
      const since = (await ledger(scene)).slice(before);
      assert.deepEqual([...new Set(since.map((event) => event.name))], ['triage']);
      show(`Ledger since then: ${since.map((event) => `${event.action} ${event.name}`).join(', ')}`);
      const [row] = await world.sql(
        `SELECT max_turns FROM lattice_agents WHERE org = $1 AND name = 'triage'`,
        [org],
      );
      assert.equal(String(row?.max_turns), '9');
    },
  },
  {
    name: 'an edit outside Terraform shows as drift in the plan',
    tell: async ({ terraform, dev, org }, show) => {
      const api = apiOf(dev.state, 'terraform/default');
      const path = `/v1/orgs/${org}/budgets/support`;
      const { metadata, spec } = await api.get(path);
      const edited = { metadata: {}, spec: { ...spec, limitMicroUsd: 60_000_000 } };
      const answer = await api.send('PUT', path, edited, { 'if-match': `"${metadata.resourceVersion}"` });
      assert.equal(answer.status, 200);
      const plan = await terraform.tolerate([CHANGES], 'plan', ...DETAILED, '-var', 'triage_max_turns=9');
      const drift = /limit_micro_usd\s+= 60000000 -> 50000000/.exec(plan.output)?.[0];
      show(drift ?? plan.output);
      assert.ok(drift);
      show((await terraform.run('apply', ...AUTO, '-var', 'triage_max_turns=9')).lastLine);
    },
  },
  {
    name: 'what cannot be is refused at plan time: a team limit above the root budget',
    tell: async ({ terraform }, show) => {
      const plan = await terraform.tolerate([1], 'plan', '-input=false', '-var', 'team_limit_usd=501');
      const refusal = /Error: .*BudgetExceedsParent.*/.exec(plan.output)?.[0];
      show(refusal ?? plan.output);
      assert.ok(refusal);
    },
  },
  {
    name: 'governance: a guardrail, a model provider, a role and its binding, a policy, a mesh of three peers',
    tell: async ({ governance, world, org }, show) => {
      show((await governance.run('apply', ...AUTO)).lastLine);
      const peers = await world.sql(
        'SELECT name, address FROM lattice_mesh_peers WHERE org = $1 ORDER BY name',
        [org],
      );
      for (const { name, address } of peers) show(`Postgres, lattice_mesh_peers: ${name} has ${address}`);
      assert.equal(new Set(peers.map(({ address }) => address)).size, 3);
      const { lastLine } = await governance.tolerate([0, CHANGES], 'plan', ...DETAILED);
      assert.match(lastLine, /No changes/);
    },
  },
  {
    name: 'the policy refuses a plan, on the attribute and in its own words',
    tell: async ({ terraform }, show) => {
      const plan = await terraform.tolerate(
        [1],
        'plan',
        '-input=false',
        '-var',
        'triage_tools=["*"]',
        '-var',
        'triage_max_turns=9',
      );
      const said = /ool "\*" is a wildcard/.exec(plan.output);
      for (const line of plan.output.split('\n').filter((text) => /Error:|wildcard|main\.tf/.test(text)))
        show(line.replace(/^[│\s]+/, ''));
      assert.ok(said);
    },
  },
  {
    name: 'a role row slipped in by hand and a deleted mesh config are found and put right',
    tell: async (scene, show) => {
      const { dev, world, org } = scene;
      const config = join(dev.folder, 'mesh', org, 'worker.conf');
      const before = await eventually(
        'the config is there',
        () => textOf(config),
        (text) => text?.includes('[Peer]') ?? false,
      );
      await rm(config);
      await world.sql(
        `INSERT INTO lattice_agent_roles SELECT gen_random_uuid(), org, 'root-of-all', inherits, '[{"effect":"allow","verbs":["*"],"kinds":["*"],"selector":""}]', generation
         FROM lattice_agent_roles WHERE org = $1`,
        [org],
      );
      show(`deleted ${config.slice(dev.folder.length + 1)}; inserted the role row root-of-all`);
      await eventually(
        'the config is back',
        () => textOf(config),
        (text) => text === before,
      );
      const rows = () => world.sql(`SELECT name FROM lattice_agent_roles WHERE name = 'root-of-all'`);
      await eventually('the row is removed', rows, (found) => found.length === 0);
      const removal = (await ledger(scene)).find(
        (event) => event.kind === 'AgentRole' && event.action === 'remove',
      );
      show(
        `the config is back; Ledger: ${removal?.action} ${removal?.kind} ${removal?.name}: ${removal?.message}`,
      );
      assert.ok(removal);
    },
  },
];
