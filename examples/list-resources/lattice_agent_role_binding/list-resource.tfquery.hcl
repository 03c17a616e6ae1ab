list "lattice_agent_role_binding" "core" {
  provider = lattice

  config {
    org            = "acme"
    label_selector = "team=core"
  }
}
