list "lattice_model_provider" "core" {
  provider = lattice

  config {
    org            = "acme"
    label_selector = "team=core"
  }
}
