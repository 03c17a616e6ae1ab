data "lattice_agent_role" "reader" {
  org  = lattice_org.example.name
  name = lattice_agent_role.reader.name
}

output "agent_role_rules" {
  value = data.lattice_agent_role.reader.rules
}
