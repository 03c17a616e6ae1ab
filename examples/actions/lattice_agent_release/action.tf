# terraform apply -invoke=action.lattice_agent_release.morning
action "lattice_agent_release" "morning" {
  config {
    org  = "acme"
    name = "triage"
    mode = "pause"
  }
}
