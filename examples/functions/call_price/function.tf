# 1200 tokens in and 300 out, at 3 and 15 USD for a million of them: 8100 micro-USD.
output "price" {
  value = provider::lattice::call_price(
    1200,
    300,
    provider::lattice::usd("3"),
    provider::lattice::usd("15"),
  )
}
