import {
  to = lattice_agent_role_binding.support_leads
  id = "acme/support-leads"
}
