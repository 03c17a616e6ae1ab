list "lattice_policy" "core" {
  provider = lattice

  config {
    org            = "acme"
    label_selector = "team=core"
  }
}
