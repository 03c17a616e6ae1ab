resource "lattice_guardrail" "support" {
  org      = lattice_org.example.name
  name     = "support"
  selector = "team=support"

  models = [
    { provider = "anthropic", name = "claude-sonnet-4-5" },
    { provider = "ollama", name = "llama3.2" },
  ]

  tools            = ["search", "reply"]
  require_approval = ["reply"]
  pii              = { input = "mask", output = "block" }
}
