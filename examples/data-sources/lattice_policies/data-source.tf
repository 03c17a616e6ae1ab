data "lattice_policies" "advisory" {
  org = lattice_org.example.name
}

output "policies_advisory" {
  value = [for each in data.lattice_policies.advisory.items : each.name if each.enforcement == "advisory"]
}
