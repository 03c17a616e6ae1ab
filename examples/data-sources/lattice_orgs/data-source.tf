# The orgs of one owner, of those that the token may list.
data "lattice_orgs" "support" {
  label_selector = "owner=acme"
}

output "org_names" {
  value = data.lattice_orgs.support.items[*].name
}
