list "lattice_agent" "core" {
  provider = lattice

  config {
    org            = "acme"
    label_selector = "team=core"
  }
}
