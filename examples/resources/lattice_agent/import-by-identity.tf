import {
  to = lattice_agent.triage
  identity = {
    org  = "acme"
    name = "triage"
  }
}
