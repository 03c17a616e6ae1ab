list "lattice_org" "core" {
  provider = lattice

  config {
    label_selector = "team=core"
  }
}
