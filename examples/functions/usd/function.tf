# 50000000
output "limit" {
  value = provider::lattice::usd("50.00")
}
