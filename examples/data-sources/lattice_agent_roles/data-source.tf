data "lattice_agent_roles" "all" {
  org = lattice_org.example.name
}

output "agent_roles_all" {
  value = data.lattice_agent_roles.all.items[*].name
}
