import {
  to = lattice_mesh_network.office
  id = "acme/office"
}
