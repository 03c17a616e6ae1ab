# Where the key is, never the key itself.
resource "lattice_model_provider" "anthropic" {
  org     = lattice_org.example.name
  name    = "anthropic"
  type    = "anthropic"
  api_key = { env = "LATTICE_SECRET_ACME_ANTHROPIC" }
}

resource "lattice_model_provider" "ollama" {
  org  = lattice_org.example.name
  name = "ollama"
  type = "ollama"
}
