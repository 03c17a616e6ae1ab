import {
  to = lattice_agent.triage
  id = "acme/triage"
}
