data "lattice_guardrails" "all" {
  org = lattice_org.example.name
}

output "guardrails_all" {
  value = distinct(flatten(data.lattice_guardrails.all.items[*].tools))
}
