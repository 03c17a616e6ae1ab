data "lattice_mesh_peer" "gateway" {
  org  = lattice_org.example.name
  name = lattice_mesh_peer.gateway.name
}

output "mesh_peer_routes" {
  value = data.lattice_mesh_peer.gateway.routes
}
