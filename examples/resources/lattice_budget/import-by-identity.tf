import {
  to = lattice_budget.support
  identity = {
    org  = "acme"
    name = "support"
  }
}
