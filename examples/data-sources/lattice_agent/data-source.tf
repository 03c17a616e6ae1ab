data "lattice_agent" "triage" {
  org  = lattice_org.example.name
  name = lattice_agent.triage.name
}

output "agent_conditions" {
  value = data.lattice_agent.triage.conditions
}
