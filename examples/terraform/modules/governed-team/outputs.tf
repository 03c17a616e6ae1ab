output "budget" {
  description = "Name of the team's budget, for budgets below it."
  value       = lattice_budget.this.name
}

output "limit_micro_usd" {
  description = "The monthly limit, in micro-USD."
  value       = lattice_budget.this.limit_micro_usd
}

output "agents" {
  description = "Ids of the agents, by the names they were given."
  value       = { for name, agent in lattice_agent.this : name => agent.id }
}

output "lead_role" {
  description = "Name of the role of the team's leads."
  value       = lattice_agent_role.lead.name
}

output "mesh_network" {
  description = "Name of the mesh network; null without one."
  value       = one(lattice_mesh_network.this[*].name)
}
