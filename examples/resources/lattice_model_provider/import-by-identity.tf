import {
  to = lattice_model_provider.anthropic
  identity = {
    org  = "acme"
    name = "anthropic"
  }
}
