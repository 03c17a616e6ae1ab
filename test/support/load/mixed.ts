// Mixed objects for load: what a client declares through HTTP, and a Terraform configuration of sixty. Everything refers only to
// what stays, so that any object of a client can be deleted at any time.

import type { Random } from './random.ts';

export interface Declared {
  readonly collection: string;
  readonly name: string;
  readonly spec: object;
}

const model = { provider: 'ollama', name: 'smollm2' };

/** What the objects of every client refer to: made first, and never changed. */
export const foundation: readonly Declared[] = [
  { collection: 'budgets', name: 'root', spec: { limitMicroUsd: 1_000_000_000 } },
  { collection: 'agentroles', name: 'base', spec: { rules: [{ verbs: ['get'], kinds: ['*'] }] } },
  { collection: 'meshnetworks', name: 'net', spec: { cidr: '10.77.0.0/20' } },
];

const specs: Readonly<Record<string, (random: Random) => object>> = {
  agents: (random) => ({
    model,
    budget: 'root',
    desiredState: random.pick(['running', 'running', 'running', 'paused', 'stopped']),
    tools: random.pick([['search'], ['search', 'reply']]),
    limits: { maxTurns: random.between(1, 1_000) },
  }),
  budgets: (random) => ({ parent: 'root', limitMicroUsd: random.between(0, 1_000_000) }),
  agentroles: (random) => ({
    inherits: ['base'],
    rules: [{ verbs: [random.pick(['get', 'list', 'invoke'])], kinds: ['Agent'] }],
  }),
  agentrolebindings: (random) => ({
    role: 'base',
    subjects: [{ type: 'user', name: `user-${random.below(100)}` }],
  }),
  guardrails: (random) => ({
    models: [model],
    tools: ['search', 'reply', `tool-${random.below(100)}`],
  }),
  meshpeers: (random) => ({
    network: 'net',
    keepaliveSeconds: random.between(1, 100),
    endpoint: `peer-${random.below(1_000)}.example.com:51820`,
  }),
};

/** Agents come more often than others, for they have the most that can go wrong. */
const collections = [
  'agents',
  'agents',
  'agents',
  'agents',
  'budgets',
  'budgets',
  'agentroles',
  'agentrolebindings',
  'guardrails',
  'meshpeers',
] as const;

/** The object in a slot of a client, with a spec drawn anew. */
export function mixedObject(client: string, slot: number, random: Random): Declared {
  const collection = collections[slot % collections.length] ?? 'agents';
  return { collection, name: `${client}-${slot}`, spec: specs[collection]?.(random) ?? {} };
}

/** Sixty objects of eight kinds with the org; another version changes most and leaves out a few. */
export const sixtyObjects = (org: string, version = 0): string => `
resource "lattice_org" "it" { name = "${org}" }
resource "lattice_budget" "root" {
  org             = lattice_org.it.name
  name            = "root"
  limit_micro_usd = 1000000000
}
resource "lattice_budget" "team" {
  count           = ${10 - (version % 3)}
  org             = lattice_org.it.name
  name            = "team-\${count.index}"
  parent          = lattice_budget.root.name
  limit_micro_usd = ${1_000_000 + version}
}
resource "lattice_agent_role" "role" {
  count = 8
  org   = lattice_org.it.name
  name  = "role-\${count.index}"
  rules = [{ verbs = ["${version % 2 === 0 ? 'get' : 'list'}"], kinds = ["Agent"] }]
}
resource "lattice_agent_role_binding" "binding" {
  count    = 6
  org      = lattice_org.it.name
  name     = "binding-\${count.index}"
  role     = lattice_agent_role.role[count.index].name
  subjects = [{ type = "user", name = "user-${version}" }]
}
resource "lattice_guardrail" "rail" {
  count  = 4
  org    = lattice_org.it.name
  name   = "rail-\${count.index}"
  models = [{ provider = "ollama", name = "smollm2" }]
  tools  = ["search", "tool-${version}"]
}
resource "lattice_mesh_network" "net" {
  org  = lattice_org.it.name
  name = "net"
  cidr = "10.88.0.0/24"
}
resource "lattice_mesh_peer" "peer" {
  count             = 8
  org               = lattice_org.it.name
  name              = "peer-\${count.index}"
  network           = lattice_mesh_network.net.name
  keepalive_seconds = ${20 + (version % 50)}
}
resource "lattice_agent" "agent" {
  count         = ${21 - (version % 4)}
  org           = lattice_org.it.name
  name          = "agent-\${count.index}"
  budget        = lattice_budget.root.name
  desired_state = "${version % 2 === 0 ? 'running' : 'paused'}"
  model         = { provider = "ollama", name = "smollm2" }
  tools         = ["search"]
  limits        = { max_turns = ${1 + version} }
}`;

export const SIXTY = 60;
