import {
  to = lattice_guardrail.support
  id = "acme/support"
}
