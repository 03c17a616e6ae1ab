import {
  to = lattice_mesh_peer.gateway
  id = "acme/gateway"
}
