data "lattice_waiver" "example" {
  org  = lattice_org.example.name
  name = lattice_waiver.example.name
}

output "waiver_ends" {
  value = data.lattice_waiver.example.expires_at
}
