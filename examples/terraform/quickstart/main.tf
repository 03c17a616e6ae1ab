# One org, a budget tree of two levels, and two agents that share the team's budget.

terraform {
  required_providers {
    lattice = {
      source  = "lattice.dev/lattice/lattice"
      version = "~> 0.1"
    }
  }
}

# Address and token come from LATTICE_ADDRESS and LATTICE_TOKEN.
provider "lattice" {}

locals {
  micro_usd = 1000000
}

resource "lattice_org" "acme" {
  name         = var.org
  display_name = "Acme"
}

resource "lattice_budget" "root" {
  org             = lattice_org.acme.name
  name            = "root"
  limit_micro_usd = 500 * local.micro_usd
}

resource "lattice_budget" "support" {
  org             = lattice_org.acme.name
  name            = "support"
  parent          = lattice_budget.root.name
  limit_micro_usd = var.team_limit_usd * local.micro_usd

  # Alerts at half and at four fifths of the limit; nothing is refused by them.
  soft_thresholds_micro_usd = [
    var.team_limit_usd * local.micro_usd * 5 / 10,
    var.team_limit_usd * local.micro_usd * 8 / 10,
  ]
}

resource "lattice_agent" "triage" {
  org          = lattice_org.acme.name
  name         = "triage"
  budget       = lattice_budget.support.name
  labels       = { team = "support" }
  instructions = "Read each ticket, find out what it is about, and say who should answer it."
  tools        = var.triage_tools

  model = {
    provider = "ollama"
    name     = "llama3.2"
  }

  limits = {
    max_turns = var.triage_max_turns
  }
}

resource "lattice_agent" "writer" {
  org          = lattice_org.acme.name
  name         = "writer"
  budget       = lattice_budget.support.name
  labels       = { team = "support" }
  instructions = "Write a short, friendly answer to the ticket. Promise nothing."

  model = {
    provider = "ollama"
    name     = "llama3.2"
  }
}
