import {
  to = lattice_model_provider.anthropic
  id = "acme/anthropic"
}
