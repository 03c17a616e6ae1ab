import {
  to = lattice_agent_role_binding.support_leads
  identity = {
    org  = "acme"
    name = "support-leads"
  }
}
