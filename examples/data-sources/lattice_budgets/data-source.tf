data "lattice_budgets" "all" {
  org = lattice_org.example.name
}

output "budgets_all" {
  value = sum(data.lattice_budgets.all.items[*].limit_micro_usd)
}
