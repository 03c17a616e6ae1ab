import {
  to = lattice_policy.instructed
  id = "acme/agents-have-instructions"
}
