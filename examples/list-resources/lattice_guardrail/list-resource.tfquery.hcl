list "lattice_guardrail" "core" {
  provider = lattice

  config {
    org            = "acme"
    label_selector = "team=core"
  }
}
