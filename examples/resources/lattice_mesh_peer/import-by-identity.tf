import {
  to = lattice_mesh_peer.gateway
  identity = {
    org  = "acme"
    name = "gateway"
  }
}
