list "lattice_agent_role" "core" {
  provider = lattice

  config {
    org            = "acme"
    label_selector = "team=core"
  }
}
