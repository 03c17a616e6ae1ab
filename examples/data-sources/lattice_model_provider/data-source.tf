data "lattice_model_provider" "anthropic" {
  org  = lattice_org.example.name
  name = lattice_model_provider.anthropic.name
}

output "model_provider_type" {
  value = data.lattice_model_provider.anthropic.type
}
