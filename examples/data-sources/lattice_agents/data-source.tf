data "lattice_agents" "support" {
  org            = lattice_org.example.name
  label_selector = "team=support"
}

output "agents_support" {
  value = { for each in data.lattice_agents.support.items : each.name => each.ready }
}
