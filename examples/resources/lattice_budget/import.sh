# The id is the org and the name, with a slash between them.
terraform import lattice_budget.support acme/support
