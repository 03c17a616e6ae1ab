# Every org that the token may list.
data "lattice_orgs" "all" {}

output "org_names" {
  value = data.lattice_orgs.all.items[*].name
}
