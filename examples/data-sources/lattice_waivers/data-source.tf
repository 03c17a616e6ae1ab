data "lattice_waivers" "all" {
  org = lattice_org.example.name
}

output "waivers_all" {
  value = { for each in data.lattice_waivers.all.items : each.name => each.expires_at }
}
