import {
  to = lattice_policy.instructed
  identity = {
    org  = "acme"
    name = "agents-have-instructions"
  }
}
