# terraform apply -invoke=action.lattice_agent_hold.night
action "lattice_agent_hold" "night" {
  config {
    org    = "acme"
    name   = "triage"
    mode   = "pause"
    reason = "nobody is here to answer it"
  }
}
