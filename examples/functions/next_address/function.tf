# 10.20.0.2
output "free" {
  value = provider::lattice::next_address("10.20.0.0/24", ["10.20.0.1"])
}
