# 5400
output "an_hour_and_a_half" {
  value = provider::lattice::seconds("1h30m")
}
