import {
  to = lattice_budget.support
  id = "acme/support"
}
