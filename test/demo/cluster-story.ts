// What the demo tells of a cluster: kubectl declares the same kinds beside Terraform, each owner what is its own, and what is
// told of Terraform holds here too.

import assert from 'node:assert/strict';
import { namespaceOf } from '../../crds/agent-workflow.ts';
import { API_VERSION } from '../../crds/api.ts';
import { eventually } from '../support/eventually.ts';
import { events } from '../support/ledger.ts';
import type { DemoCluster } from './cluster.ts';
import type { Step } from './story.ts';

const ORG = 'globex';
const IN_ORG = ['-n', ORG] as const;
const READY = ['--for=condition=Ready', '--timeout=90s'] as const;
const LIMIT = 20_000_000;

const declared = (kind: string, name: string, spec: object) => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name, ...(kind !== 'Org' && { namespace: ORG }) },
  spec,
});

const showAll = (text: string, show: (line: string) => void): void => {
  for (const line of text.trimEnd().split('\n')) show(line);
};

export const clusterStory = ({ id, kubectl, apply }: DemoCluster): readonly Step[] => [
  {
    name: 'kubectl apply: an org and its namespace, a budget, and an agent that waits for it',
    tell: async ({ world }, show) => {
      await kubectl('create', 'namespace', ORG);
      const agent = { model: { provider: 'ollama', name: 'smollm2' }, budget: 'team' };
      showAll(
        await apply(
          declared('Agent', 'helper', agent),
          declared('Org', ORG, { namespaces: [{ cluster: id, namespace: ORG }] }),
          declared('Budget', 'team', { limitMicroUsd: LIMIT }),
        ),
        show,
      );
      await kubectl('wait', `org/${ORG}`, 'budget/team', 'agent/helper', ...IN_ORG, ...READY);
      const running = await eventually(
        'its workflow is listed',
        () => world.running(ORG),
        (ids) => ids.length === 1,
      );
      show(`Temporal, namespace ${namespaceOf(ORG)}: ${running[0]} is RUNNING`);
      const rows = await world.sql('SELECT name, limit_micro_usd FROM lattice_ai_budgets WHERE org = $1', [
        ORG,
      ]);
      assert.deepEqual(rows, [{ name: 'team', limit_micro_usd: String(LIMIT) }]);
      show(`Postgres, lattice_ai_budgets: team, ${LIMIT} micro-USD`);
    },
  },
  {
    name: 'kubectl get lattice shows them all',
    tell: async (_scene, show) => {
      const table = await kubectl('get', 'lattice', ...IN_ORG);
      showAll(table, show);
      for (const name of ['org.lattice.dev/globex', 'budget.lattice.dev/team', 'agent.lattice.dev/helper'])
        assert.match(table, new RegExp(`${name} +True`));
    },
  },
  {
    name: 'what Terraform owns is refused to kubectl, by name',
    tell: async ({ org, terraform }, show) => {
      await apply(declared('Org', org, { displayName: 'Taken over' }));
      await kubectl('wait', `org/${org}`, '--for=condition=Stalled', '--timeout=60s');
      const path = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}';
      const message = await kubectl('get', `org/${org}`, '-o', path);
      show(message);
      assert.match(message, /owned by terraform\//);
      await kubectl('delete', `org/${org}`, '--timeout=60s');
      const { lastLine } = await terraform.run('plan', '-input=false', '-var', 'triage_max_turns=9');
      show(`terraform plan: ${lastLine}`);
      assert.match(lastLine, /No changes/);
    },
  },
  {
    name: 'somebody raises the limit by SQL: it is put right, and the status counts it',
    tell: async ({ world }, show) => {
      await world.sql('UPDATE lattice_ai_budgets SET limit_micro_usd = 999999999999 WHERE org = $1', [ORG]);
      show('UPDATE lattice_ai_budgets SET limit_micro_usd = 999999999999');
      await eventually(
        'the row is as declared',
        () => world.sql('SELECT limit_micro_usd FROM lattice_ai_budgets WHERE org = $1', [ORG]),
        (rows) => rows[0]?.limit_micro_usd === String(LIMIT),
      );
      const repairs = await eventually(
        'the status counts it',
        () => kubectl('get', 'budget/team', ...IN_ORG, '-o', 'jsonpath={.status.repairs}'),
        (text) => text !== '',
      );
      show(`status.repairs: ${repairs}`);
      const repair = (await events(world, ORG)).find(
        ({ action, phase }) => action === 'repair' && phase === 'outcome',
      );
      show(`Ledger: ${repair?.action} ${repair?.kind} ${repair?.name}: ${repair?.message}`);
      assert.ok(repair);
    },
  },
  {
    name: 'kubectl delete of the namespace and the org leaves nothing',
    tell: async ({ world }, show) => {
      await kubectl('delete', 'namespace', ORG, '--timeout=120s');
      await kubectl('delete', `org/${ORG}`, '--timeout=120s');
      for (const table of ['objects', 'lattice_agents', 'lattice_ai_budgets'])
        assert.deepEqual(await world.sql(`SELECT FROM ${table} WHERE org = $1`, [ORG]), []);
      assert.deepEqual(await world.sql('SELECT FROM lattice_orgs WHERE name = $1', [ORG]), []);
      show(`no object and no row of ${ORG}`);
    },
  },
];
