resource "lattice_budget" "company" {
  org             = lattice_org.example.name
  name            = "company"
  limit_micro_usd = provider::lattice::usd("500.00")
  window          = "month"
  time_zone       = "Europe/Berlin"
}

# A limit or a window that does not fit its parent is refused by the plan.
resource "lattice_budget" "support" {
  org             = lattice_org.example.name
  name            = "support"
  parent          = lattice_budget.company.name
  limit_micro_usd = provider::lattice::usd("50.00")
  time_zone       = "Europe/Berlin"

  # Alerts; nothing is refused by them.
  soft_thresholds_micro_usd = [
    provider::lattice::usd("25.00"),
    provider::lattice::usd("40.00"),
  ]
}
