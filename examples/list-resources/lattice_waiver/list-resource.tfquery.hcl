list "lattice_waiver" "core" {
  provider = lattice

  config {
    org            = "acme"
    label_selector = "team=core"
  }
}
