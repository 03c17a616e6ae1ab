// Every kind of governance and mesh through Terraform: applied, planned again without a difference, read by data sources,
// imported and destroyed; and policies that speak at plan time, on the attribute.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
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

const everything = (org: string): string => `
resource "lattice_org" "it" { name = "${org}" }
locals { org = lattice_org.it.name }

resource "lattice_guardrail" "g" {
  org              = local.org
  name             = "support"
  models           = [{ provider = "ollama", name = "smollm2" }]
  tools            = ["search", "reply"]
  require_approval = ["reply"]
  pii              = { input = "mask" }
}
resource "lattice_model_provider" "p" {
  org     = local.org
  name    = "openai"
  type    = "openai"
  api_key = { env = "LATTICE_SECRET_OPENAI" }
}
resource "lattice_agent_role" "reader" {
  org   = local.org
  name  = "reader"
  rules = [{ verbs = ["get", "list"], kinds = ["*"] }]
}
resource "lattice_agent_role" "lead" {
  org      = local.org
  name     = "lead"
  inherits = [lattice_agent_role.reader.name]
  rules = [
    { verbs = ["invoke"], kinds = ["Agent"] },
    { effect = "deny", verbs = ["*"], kinds = ["Policy"] },
  ]
}
resource "lattice_agent_role_binding" "leads" {
  org      = local.org
  name     = "leads"
  role     = lattice_agent_role.lead.name
  subjects = [{ type = "user", name = "alice" }]
}
resource "lattice_policy" "named" {
  org         = local.org
  name        = "named"
  enforcement = "advisory"
  rego        = <<-REGO
    package lattice.policy.named

    warn contains "never" if false
  REGO
}
resource "lattice_waiver" "w" {
  org         = local.org
  name        = "w"
  fingerprint = "${'a'.repeat(64)}"
  approver    = "dev"
  reason      = "only for this test"
  expires_at  = "2100-01-01T00:00:00Z"
}
resource "lattice_mesh_network" "n" {
  org  = local.org
  name = "office"
  cidr = "10.99.0.0/24"
}
resource "lattice_mesh_peer" "p" {
  count   = 3
  org     = local.org
  name    = "peer-\${count.index}"
  network = lattice_mesh_network.n.name
}
data "lattice_guardrail" "g" {
  org  = local.org
  name = lattice_guardrail.g.name
}
output "require_approval" { value = data.lattice_guardrail.g.require_approval }
`;

test('apply, an empty second plan, data sources, a change of one, and destroy', async () => {
  const org = uniqueName('tfgov');
  await inTerraform(async (workspace) => {
    await workspace.configure(everything(org));
    const applied = await workspace.apply();
    expect(applied.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(applied.exitCode).toBe(0);
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    const peers = await world.sql('SELECT address FROM lattice_mesh_peers WHERE org = $1', [org]);
    expect(new Set(peers.map(({ address }) => address)).size).toBe(3);
    expect(peers.every(({ address }) => String(address).startsWith('10.99.0.'))).toBe(true);

    await workspace.configure(everything(org).replace('pii              = { input = "mask" }', ''));
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(CHANGES);
    expect(plan.output).toContain('Plan: 0 to add, 1 to change, 0 to destroy');
    expect((await workspace.apply()).exitCode).toBe(0);
    expect(
      await world.sql('SELECT pii_input, pii_output FROM lattice_guardrails WHERE org = $1', [org]),
    ).toEqual([{ pii_input: 'block', pii_output: 'block' }]);

    await workspace.configure(everything(org).replace('10.99.0.0/24', '10.98.0.0/24'));
    expect((await workspace.plan()).output).toContain('lattice_mesh_network.n: Plan to replace');

    const destroyed = await workspace.destroy();
    expect(destroyed.exitCode).toBe(0);
    expect(await world.sql('SELECT kind, name FROM objects WHERE org = $1', [org])).toEqual([]);
  });
});

test('a policy refuses at plan on the attribute, warns, and defers what reads an unknown', async () => {
  const org = uniqueName('tfpol');
  const api = apiOf(world.state);
  await api.create('/v1/orgs', { metadata: { name: org } });
  const rego = (name: string, head: string): string => `package lattice.policy.${name}
${head} contains finding if {
  some change in input.changes
  change.kind == "Agent"
  startswith(change.after.spec.model.name, "${name}")
  finding := {"object": change, "pointer": "/spec/instructions", "message": "${name} models are not for us"}
}
`;
  await api.create(`/v1/orgs/${org}/policies`, {
    metadata: { name: 'hard' },
    spec: { rego: rego('hard', 'deny') },
  });
  await api.create(`/v1/orgs/${org}/policies`, {
    metadata: { name: 'soft' },
    spec: { enforcement: 'advisory', rego: rego('soft', 'deny') },
  });
  const agent = (model: string): string =>
    `resource "lattice_agent" "a" {\n  org = "${org}"\n  name = "a"\n  instructions = "x"\n  model = { provider = "ollama", name = ${model} }\n}`;
  await inTerraform(async (workspace) => {
    await workspace.configure(agent('"hard-1"'));
    const refused = await workspace.plan();
    expect(refused.exitCode).toBe(1);
    expect(refused.diagnostics).toMatchObject([
      {
        severity: 'error',
        summary: expect.stringContaining('PolicyViolation'),
        detail: expect.stringMatching(/ard models are not for us/),
        code: 'instructions = "x"',
      },
    ]);

    await workspace.configure(agent('"soft-1"'));
    const warned = await workspace.plan();
    expect(warned.exitCode).toBe(CHANGES);
    expect(warned.diagnostics).toMatchObject([
      { severity: 'warning', summary: expect.stringContaining('PolicyWarning') },
    ]);

    await workspace.configure(
      `resource "terraform_data" "model" { input = "m" }\n${agent('terraform_data.model.id')}`,
    );
    const deferred = await workspace.plan();
    expect(deferred.exitCode).toBe(CHANGES);
    expect(deferred.diagnostics.map(({ summary }) => summary).join()).toContain('PolicyDeferred');
  });
});
