data "lattice_mesh_network" "office" {
  org  = lattice_org.example.name
  name = lattice_mesh_network.office.name
}

output "mesh_network_range" {
  value = data.lattice_mesh_network.office.cidr
}
