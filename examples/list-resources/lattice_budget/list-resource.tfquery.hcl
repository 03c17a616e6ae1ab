list "lattice_budget" "core" {
  provider = lattice

  config {
    org            = "acme"
    label_selector = "team=core"
  }
}
