data "lattice_policy" "instructed" {
  org  = lattice_org.example.name
  name = lattice_policy.instructed.name
}

output "policy_enforcement" {
  value = data.lattice_policy.instructed.enforcement
}
