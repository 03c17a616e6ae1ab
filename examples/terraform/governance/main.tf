# What the agents of the quickstart are held to, who may do what with them, and the mesh that they run in.

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

variable "org" {
  description = "Name of an org that exists."
  type        = string
  default     = "acme"
}

resource "lattice_guardrail" "support" {
  org              = var.org
  name             = "support"
  selector         = "team=support"
  models           = [{ provider = "ollama", name = "llama3.2" }]
  tools            = ["search", "reply"]
  require_approval = ["reply"]
  pii              = { input = "mask", output = "block" }
}

resource "lattice_model_provider" "ollama" {
  org  = var.org
  name = "ollama"
  type = "ollama"
}

resource "lattice_agent_role" "support_lead" {
  org  = var.org
  name = "support-lead"
  rules = [
    { verbs = ["get", "list"], kinds = ["*"] },
    { verbs = ["invoke", "approve"], kinds = ["Agent"], selector = "team=support" },
    { effect = "deny", verbs = ["*"], kinds = ["Policy"] },
  ]
}

resource "lattice_agent_role_binding" "support_leads" {
  org      = var.org
  name     = "support-leads"
  role     = lattice_agent_role.support_lead.name
  subjects = [{ type = "user", name = "alice" }, { type = "group", name = "support" }]
}

resource "lattice_policy" "no_wildcard_tools" {
  org         = var.org
  name        = "no-wildcard-tools"
  description = "An agent asks for its tools by name."
  enforcement = "hard-mandatory"
  rego        = file("${path.module}/no_wildcard_tools.rego")
}

resource "lattice_mesh_network" "office" {
  org  = var.org
  name = "office"
  cidr = "10.20.0.0/24"
}

locals {
  # Public keys, as `wg pubkey` prints them. The private ones never leave their hosts.
  peers = {
    gateway = "gmtxiSj//SC0abX7cy5/11XJ6aVqyeWM6fLK4qzzDz0="
    worker  = "RRTD2HmEhivw8wxCna6+dqn9TXjPoysi/2grvunujBI="
    laptop  = "Ehfabf3TFrNOTjeVFTHxHLLwnFTuTOZ+KtD96yJx8y0="
  }
}

resource "lattice_mesh_peer" "peer" {
  for_each = local.peers

  org        = var.org
  name       = each.key
  network    = lattice_mesh_network.office.name
  public_key = each.value
  endpoint   = each.key == "gateway" ? "gateway.acme.example:51820" : null
}
