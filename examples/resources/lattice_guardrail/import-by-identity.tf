import {
  to = lattice_guardrail.support
  identity = {
    org  = "acme"
    name = "support"
  }
}
