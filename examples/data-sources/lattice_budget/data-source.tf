data "lattice_budget" "support" {
  org  = lattice_org.example.name
  name = lattice_budget.support.name
}

output "budget_limit" {
  value = data.lattice_budget.support.limit_micro_usd
}
