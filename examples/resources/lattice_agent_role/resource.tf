resource "lattice_agent_role" "reader" {
  org         = lattice_org.example.name
  name        = "reader"
  description = "Sees everything, changes nothing."
  rules       = [{ verbs = ["get", "list"], kinds = ["*"] }]
}

resource "lattice_agent_role" "support_lead" {
  org      = lattice_org.example.name
  name     = "support-lead"
  inherits = [lattice_agent_role.reader.name]

  rules = [
    { verbs = ["invoke", "approve"], kinds = ["Agent"], selector = "team=support" },
    # Wins over whatever another role allows.
    { effect = "deny", verbs = ["*"], kinds = ["Policy"] },
  ]
}
