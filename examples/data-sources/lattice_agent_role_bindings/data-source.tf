data "lattice_agent_role_bindings" "all" {
  org = lattice_org.example.name
}

output "agent_role_bindings_all" {
  value = { for each in data.lattice_agent_role_bindings.all.items : each.name => each.role }
}
