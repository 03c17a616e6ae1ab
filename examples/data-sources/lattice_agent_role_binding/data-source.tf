data "lattice_agent_role_binding" "support_leads" {
  org  = lattice_org.example.name
  name = lattice_agent_role_binding.support_leads.name
}

output "agent_role_binding_subjects" {
  value = data.lattice_agent_role_binding.support_leads.subjects
}
