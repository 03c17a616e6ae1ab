# What a daily limit of 10 USD comes to in a second, in micro-USD.
output "rate" {
  value = floor(provider::lattice::usd("10") / provider::lattice::window_seconds("day"))
}
