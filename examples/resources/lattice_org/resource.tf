resource "lattice_org" "example" {
  name         = "acme"
  display_name = "Acme"
  labels       = { owner = "acme" }
}
