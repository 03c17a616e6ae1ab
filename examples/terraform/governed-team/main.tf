# An org under governance: its budgets, a policy of its own, and two teams of agents, each from the module.

terraform {
  required_version = ">= 1.8.0"

  required_providers {
    lattice = {
      source  = "lattice.dev/lattice/lattice"
      version = "~> 0.1"
    }
  }
}

# Address and token come from LATTICE_ADDRESS and LATTICE_TOKEN.
provider "lattice" {}

variable "org" {
  description = "Name of the org to create."
  type        = string
  default     = "initech"
}

resource "lattice_org" "this" {
  name         = var.org
  display_name = "Initech"
}

resource "lattice_budget" "company" {
  org             = lattice_org.this.name
  name            = "company"
  limit_micro_usd = provider::lattice::usd("500.00")
}

resource "lattice_model_provider" "ollama" {
  org  = lattice_org.this.name
  name = "ollama"
  type = "ollama"
}

# Whatever a team asks for, an agent has instructions.
resource "lattice_policy" "instructed" {
  org         = lattice_org.this.name
  name        = "agents-have-instructions"
  description = "An agent without instructions does what its model likes."
  enforcement = "hard-mandatory"
  rego        = file("${path.module}/agents_have_instructions.rego")
}

resource "lattice_agent_role" "auditor" {
  org         = lattice_org.this.name
  name        = "auditor"
  description = "Sees everything, changes nothing."
  rules       = [{ verbs = ["get", "list"], kinds = ["*"] }]
}

resource "lattice_agent_role_binding" "auditors" {
  org      = lattice_org.this.name
  name     = "auditors"
  role     = lattice_agent_role.auditor.name
  subjects = [{ type = "group", name = "audit" }]
}

locals {
  llama = { provider = lattice_model_provider.ollama.name, name = "llama3.2" }
}

module "support" {
  source = "../modules/governed-team"

  org               = lattice_org.this.name
  team              = "support"
  parent_budget     = lattice_budget.company.name
  monthly_limit_usd = "50.00"
  models            = [local.llama]
  tools             = ["search", "reply"]
  require_approval  = ["reply"]
  leads             = ["alice"]

  agents = {
    triage = {
      instructions = "Read each ticket, find out what it is about, and say who should answer it."
      tools        = ["search"]
      max_turns    = 4
    }
    writer = {
      instructions = "Write a short, friendly answer to the ticket. Promise nothing."
      tools        = ["search", "reply"]
    }
  }

  mesh = {
    cidr = "10.20.0.0/24"
    # As `wg pubkey` prints them. The private ones never leave their hosts.
    peers = {
      gateway = "gmtxiSj//SC0abX7cy5/11XJ6aVqyeWM6fLK4qzzDz0="
      worker  = "RRTD2HmEhivw8wxCna6+dqn9TXjPoysi/2grvunujBI="
    }
  }

  depends_on = [lattice_policy.instructed]
}

module "research" {
  source = "../modules/governed-team"

  org               = lattice_org.this.name
  team              = "research"
  parent_budget     = lattice_budget.company.name
  monthly_limit_usd = "120.00"
  models            = [local.llama]
  tools             = ["search", "fetch"]
  leads             = ["bob", "carol"]

  agents = {
    reader = {
      instructions = "Read what is new about our field and write three sentences on each paper."
      tools        = ["search", "fetch"]
    }
  }

  depends_on = [lattice_policy.instructed]
}

output "agents" {
  value = merge(module.support.agents, module.research.agents)
}
