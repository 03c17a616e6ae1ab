# A team under governance: what it may spend, which models and tools its agents may use, who leads them, and where they run.

locals {
  labels   = { team = var.team }
  selector = "team=${var.team}"
  limit    = provider::lattice::usd(var.monthly_limit_usd)
}

resource "lattice_budget" "this" {
  org             = var.org
  name            = var.team
  labels          = local.labels
  parent          = var.parent_budget
  limit_micro_usd = local.limit

  soft_thresholds_micro_usd = local.limit < 10 ? [] : [floor(local.limit * 5 / 10), floor(local.limit * 8 / 10)]
}

resource "lattice_guardrail" "this" {
  org              = var.org
  name             = var.team
  labels           = local.labels
  selector         = local.selector
  models           = var.models
  tools            = var.tools
  require_approval = var.require_approval
  pii              = { input = "mask", output = "block" }

  lifecycle {
    precondition {
      condition     = length(setsubtract(var.require_approval, var.tools)) == 0
      error_message = "Only tools that the team has can need approval."
    }
  }
}

resource "lattice_agent" "this" {
  for_each = var.agents

  org           = var.org
  name          = "${var.team}-${each.key}"
  labels        = local.labels
  budget        = lattice_budget.this.name
  instructions  = each.value.instructions
  tools         = each.value.tools
  model         = coalesce(each.value.model, var.models[0])
  limits        = { max_turns = each.value.max_turns }
  desired_state = each.value.paused ? "paused" : "running"

  lifecycle {
    # A guardrail would refuse it at run time; here it is refused before anything is written.
    precondition {
      condition     = length(setsubtract(each.value.tools, var.tools)) == 0
      error_message = "Agent ${each.key} asks for a tool that the team does not have."
    }
  }

  # No agent runs before it is held to something.
  depends_on = [lattice_guardrail.this]
}

resource "lattice_agent_role" "lead" {
  org         = var.org
  name        = "${var.team}-lead"
  description = "Leads the agents of ${var.team}."

  rules = [
    { verbs = ["get", "list"], kinds = ["Agent", "Budget", "Guardrail"], selector = local.selector },
    { verbs = ["invoke", "approve"], kinds = ["Agent"], selector = local.selector },
  ]
}

resource "lattice_agent_role_binding" "leads" {
  count = length(var.leads) > 0 ? 1 : 0

  org      = var.org
  name     = "${var.team}-leads"
  role     = lattice_agent_role.lead.name
  subjects = [for lead in sort(var.leads) : { type = "user", name = lead }]
}

resource "lattice_mesh_network" "this" {
  count = var.mesh == null ? 0 : 1

  org  = var.org
  name = var.team
  cidr = var.mesh.cidr
}

resource "lattice_mesh_peer" "this" {
  for_each = var.mesh == null ? {} : var.mesh.peers

  org        = var.org
  name       = "${var.team}-${each.key}"
  network    = lattice_mesh_network.this[0].name
  public_key = each.value
}
