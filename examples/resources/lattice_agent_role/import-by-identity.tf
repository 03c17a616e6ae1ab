import {
  to = lattice_agent_role.reader
  identity = {
    org  = "acme"
    name = "reader"
  }
}
