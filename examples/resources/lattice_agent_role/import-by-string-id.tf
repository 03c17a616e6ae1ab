import {
  to = lattice_agent_role.reader
  id = "acme/reader"
}
