// The governance tables with, for each, columns that are read back against the spec: written down here on their own, so that
// a fault in the product's own mapping would show.

export interface Table {
  readonly kind: string;
  readonly plural: string;
  readonly table: string;
  /** Column, and the path in the spec that it must equal where the spec has it. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
}

export const tables: readonly Table[] = [
  { kind: 'Org', plural: 'orgs', table: 'lattice_orgs', columns: {} },
  {
    kind: 'Budget',
    plural: 'budgets',
    table: 'lattice_ai_budgets',
    columns: { limit_micro_usd: ['limitMicroUsd'], budget_window: ['window'] },
  },
  {
    kind: 'Agent',
    plural: 'agents',
    table: 'lattice_agents',
    columns: { desired_state: ['desiredState'], max_turns: ['limits', 'maxTurns'], tools: ['tools'] },
  },
  { kind: 'AgentRole', plural: 'agentroles', table: 'lattice_agent_roles', columns: { rules: ['rules'] } },
  {
    kind: 'AgentRoleBinding',
    plural: 'agentrolebindings',
    table: 'lattice_agent_role_bindings',
    columns: { subjects: ['subjects'] },
  },
  {
    kind: 'Guardrail',
    plural: 'guardrails',
    table: 'lattice_guardrails',
    columns: { tools: ['tools'], models: ['models'] },
  },
  {
    kind: 'MeshNetwork',
    plural: 'meshnetworks',
    table: 'lattice_mesh_networks',
    columns: { cidr: ['cidr'] },
  },
  {
    kind: 'MeshPeer',
    plural: 'meshpeers',
    table: 'lattice_mesh_peers',
    columns: { endpoint: ['endpoint'], keepalive_seconds: ['keepaliveSeconds'] },
  },
];
