resource "lattice_agent_role_binding" "support_leads" {
  org  = lattice_org.example.name
  name = "support-leads"
  role = lattice_agent_role.support_lead.name

  subjects = [
    { type = "user", name = "alice" },
    { type = "group", name = "support" },
  ]
}
