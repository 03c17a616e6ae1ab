# An org for the run that applies.

terraform {
  required_providers {
    lattice = {
      source = "lattice.dev/lattice/lattice"
    }
  }
}

variable "org" {
  type = string
}

resource "lattice_org" "this" {
  name = var.org
}

resource "lattice_budget" "company" {
  org             = lattice_org.this.name
  name            = "company"
  limit_micro_usd = 100 * 1000000
}

output "org" {
  value = lattice_org.this.name
}

output "budget" {
  value = lattice_budget.company.name
}
