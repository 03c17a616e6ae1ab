resource "lattice_org" "it" {
  name         = "fixture"
  display_name = "Fixture"
  labels       = { tier = "gold" }
  namespaces   = [{ cluster = "c1", namespace = "n1" }]
}
resource "lattice_model_provider" "it" {
  org  = lattice_org.it.name
  name = "main"
  type = "ollama"
  base_url = "https://models.example.com"
}
resource "lattice_budget" "root" {
  org  = lattice_org.it.name
  name = "root"
  limit_micro_usd = 9007199254740991
  soft_thresholds_micro_usd = [1000]
  time_zone = "Europe/Berlin"
}
resource "lattice_budget" "team" {
  org  = lattice_org.it.name
  name = "team"
  parent = lattice_budget.root.name
  limit_tokens = 0
  annotations = {}
}
resource "lattice_agent" "it" {
  org  = lattice_org.it.name
  name = "triage"
  model = { provider = "main", name = "m" }
  instructions = "Be brief."
  tools = ["search"]
  budget = lattice_budget.team.name
  limits = { max_turns = 3 }
  timeouts = { create = "90s" }
}
resource "lattice_agent_role" "it" {
  org = lattice_org.it.name
  name = "reader"
  rules = [{ effect = "allow", verbs = ["get"], kinds = ["Agent"] }]
}
resource "lattice_agent_role_binding" "it" {
  org = lattice_org.it.name
  name = "readers"
  role = lattice_agent_role.it.name
  subjects = [{ type = "user", name = "ada" }]
}
resource "lattice_policy" "it" {
  org = lattice_org.it.name
  name = "p"
  rego = "package p\n"
}
resource "lattice_waiver" "it" {
  org = lattice_org.it.name
  name = "w"
  fingerprint = "0000000000000000000000000000000000000000000000000000000000000000"
  approver = "ada"
  reason = "for the fixture"
  expires_at = "2036-01-31T00:00:00Z"
}
resource "lattice_guardrail" "it" {
  org = lattice_org.it.name
  name = "g"
  selector = "tier=gold"
  tools = []
  models = [{ provider = "main", name = "m" }]
}
resource "lattice_mesh_network" "it" {
  org = lattice_org.it.name
  name = "net"
  cidr = "10.20.0.0/24"
}
resource "lattice_mesh_peer" "it" {
  org = lattice_org.it.name
  name = "peer"
  network = lattice_mesh_network.it.name
  keepalive_seconds = 25
}
