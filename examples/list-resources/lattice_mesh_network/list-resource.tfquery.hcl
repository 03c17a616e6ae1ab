list "lattice_mesh_network" "core" {
  provider = lattice

  config {
    org            = "acme"
    label_selector = "team=core"
  }
}
