resource "lattice_agent" "triage" {
  org          = lattice_org.example.name
  name         = "triage"
  labels       = { team = "support" }
  budget       = lattice_budget.support.name
  instructions = "Read each ticket and say who should answer it."
  tools        = ["search", "reply"]

  model = {
    provider = "anthropic"
    name     = "claude-sonnet-4-5"
  }

  limits = {
    max_turns        = 8
    max_wall_seconds = provider::lattice::seconds("10m")
  }
}

# It keeps its state and takes no turn until it is set to running.
resource "lattice_agent" "writer" {
  org           = lattice_org.example.name
  name          = "writer"
  labels        = { team = "support" }
  budget        = lattice_budget.support.name
  desired_state = "paused"
  model         = { provider = "ollama", name = "llama3.2" }

  timeouts = {
    create = "2m"
  }
}
