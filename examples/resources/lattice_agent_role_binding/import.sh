# The id is the org and the name, with a slash between them.
terraform import lattice_agent_role_binding.support_leads acme/support-leads
