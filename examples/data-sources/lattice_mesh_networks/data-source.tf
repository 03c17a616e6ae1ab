data "lattice_mesh_networks" "all" {
  org = lattice_org.example.name
}

output "mesh_networks_all" {
  value = data.lattice_mesh_networks.all.items[*].cidr
}
