data "lattice_mesh_peers" "all" {
  org = lattice_org.example.name
}

output "mesh_peers_all" {
  value = data.lattice_mesh_peers.all.items[*].name
}
