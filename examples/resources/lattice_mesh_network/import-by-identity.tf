import {
  to = lattice_mesh_network.office
  identity = {
    org  = "acme"
    name = "office"
  }
}
