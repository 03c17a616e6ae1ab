data "lattice_model_providers" "all" {
  org = lattice_org.example.name
}

output "model_providers_all" {
  value = data.lattice_model_providers.all.items[*].type
}
