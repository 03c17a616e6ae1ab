// Temporal is away for half a minute, answers that it has had enough, or takes its time with a namespace: nobody's apply fails,
// and the status and the log say what is waited for.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workflowIdOf } from '../../crds/agent-workflow.ts';
import { conditionOf } from '../../crds/api.ts';
import { lattice } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { events } from '../support/ledger.ts';
import { terraformIn } from '../support/terraform-world.ts';
import { type GrpcProxy, startGrpcProxy } from './grpc-proxy.ts';
import { type Stand, startStand } from './stand.ts';

const OUTAGE_MS = 30_000;
const RESOURCE_EXHAUSTED = 8;

let stand: Stand;
let proxy: GrpcProxy;

beforeAll(async () => {
  stand = await startStand({
    sweepIntervalMs: 1_000,
    // Temporal's own default: a namespace that was asked for before it existed serves this much later.
    temporalSettings: { 'system.namespaceCacheRefreshInterval': '2s' },
    between: async (address) => {
      proxy = await startGrpcProxy(address);
      return proxy.address;
    },
  });
});

afterAll(async () => {
  await stand.close();
  await proxy.close();
});

const readyCondition = async (path: string) => {
  const { status } = await stand.api.get(path);
  return conditionOf(status, 'Ready');
};

const waitsFor = (path: string, reason: string) =>
  eventually(
    `${path} says ${reason}`,
    () => readyCondition(path),
    (condition) => condition?.reason === reason,
  );

const manifests = (org: string, ...agents: string[]): string =>
  [
    { kind: 'Org', metadata: { name: org } },
    { kind: 'Budget', metadata: { org, name: 'root' }, spec: { limitMicroUsd: 1_000_000 } },
    ...agents.map((name) => ({
      kind: 'Agent',
      metadata: { org, name },
      spec: { model: { provider: 'ollama', name: 'smollm2' }, budget: 'root' },
    })),
  ]
    .map((manifest) => JSON.stringify(manifest))
    .join('\n---\n');

async function apply(org: string, ...agents: string[]) {
  const file = join(stand.folder, `${org}.yaml`);
  await writeFile(file, manifests(org, ...agents));
  return await lattice(stand.world.state, ['apply', '-f', file]);
}

const runs = async (org: string, ...agents: string[]) => {
  const objects = await Promise.all(agents.map((name) => stand.api.get(`/v1/orgs/${org}/agents/${name}`)));
  expect(await stand.world.running(org)).toEqual(
    objects.map(({ metadata }) => workflowIdOf(metadata.uid)).sort(),
  );
};

test('a namespace that is slow to appear is waited for, and said to be', async () => {
  expect(await apply('acme', 'one')).toMatchObject({ code: 0 });
  // For how long it was so is up to the machine; the ledger keeps that it was.
  const said = (await events(stand.world, 'acme')).filter(({ kind }) => kind === 'Org');
  expect(said.map(({ reason }) => reason)).toContain('NamespacePending');
  await runs('acme', 'one');
});

test('a Temporal that has had enough is asked again later; what is waited for stands in the status and in the log', async () => {
  proxy.rule((path) => (path.includes('WorkflowService') ? RESOURCE_EXHAUSTED : undefined));
  const agent = {
    metadata: { name: 'two' },
    spec: { model: { provider: 'ollama', name: 'smollm2' }, budget: 'root' },
  };
  await stand.api.create('/v1/orgs/acme/agents', agent);
  const condition = await waitsFor('/v1/orgs/acme/agents/two', 'BackendUnavailable');
  expect(condition).toMatchObject({ status: 'False' });
  expect(condition?.message).toMatch(/^Temporal: .*gRPC code 8/);
  expect(stand.log()).toMatch(/"a backend failed"/);
  // What needs nothing of Temporal is not held up.
  await stand.api.create('/v1/orgs/acme/budgets', { metadata: { name: 'team' }, spec: { parent: 'root' } });
  await stand.api.ready('/v1/orgs/acme/budgets/team');
  expect(proxy.injected()).toBeGreaterThan(0);
  proxy.rule(() => undefined);
  await stand.api.ready('/v1/orgs/acme/agents/two');
  await runs('acme', 'one', 'two');
});

test(
  'Temporal is stopped for half a minute: terraform apply and lattice apply wait and succeed',
  async () => {
    const inTerraform = await terraformIn(stand.folder, stand.world.state);
    await inTerraform(async (workspace) => {
      await workspace.configure(`
      resource "lattice_org" "it" { name = "declared" }
      resource "lattice_budget" "root" {
        org             = lattice_org.it.name
        name            = "root"
        limit_micro_usd = 500000000
      }
      resource "lattice_agent" "one" {
        org    = lattice_org.it.name
        name   = "one"
        budget = lattice_budget.root.name
        model  = { provider = "ollama", name = "smollm2" }
      }`);
      await stand.temporal.stop();
      const over = delay(OUTAGE_MS);
      const both = Promise.all([
        workspace.apply(),
        apply('acme', 'one', 'two', 'three'),
        apply('other', 'one'),
      ]);
      await eventually(
        'an org and an agent are written',
        () =>
          Promise.all(
            ['/v1/orgs/declared', '/v1/orgs/acme/agents/three'].map((path) => stand.api.send('GET', path)),
          ),
        (answers) => answers.every(({ status }) => status === 200),
      );
      for (const path of ['/v1/orgs/declared', '/v1/orgs/acme/agents/three']) {
        const condition = await waitsFor(path, 'BackendUnavailable');
        expect(condition?.message).toMatch(/^Temporal: /);
      }
      // What ran and cannot be asked now has not become worse.
      expect(await readyCondition('/v1/orgs/acme/agents/one')).toMatchObject({ status: 'True' });
      const health = await stand.api.send('GET', '/readyz');
      expect(JSON.parse(health.text)).toMatchObject({ postgres: 'ok', temporal: 'does not answer' });
      await over;
      await stand.temporal.start();
      const [terraform, ...commands] = await both;
      expect([terraform.exitCode, terraform.diagnostics]).toEqual([0, []]);
      for (const command of commands) expect(command).toMatchObject({ code: 0 });
      await runs('acme', 'one', 'two', 'three');
      await runs('declared', 'one');
      await runs('other', 'one');
    });
  },
  4 * OUTAGE_MS + 60_000,
);
