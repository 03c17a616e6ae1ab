resource "lattice_mesh_network" "office" {
  org  = lattice_org.example.name
  name = "office"
  cidr = "10.20.0.0/24"
}
