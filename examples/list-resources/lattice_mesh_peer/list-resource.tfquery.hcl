list "lattice_mesh_peer" "core" {
  provider = lattice

  config {
    org            = "acme"
    label_selector = "team=core"
  }
}
