data "lattice_org" "example" {
  name = lattice_org.example.name
}

output "org_is_ready" {
  value = data.lattice_org.example.ready
}
