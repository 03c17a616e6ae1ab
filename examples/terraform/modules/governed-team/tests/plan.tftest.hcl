# What the module plans and what it refuses, with a provider that is only pretended: no controller is asked.

mock_provider "lattice" {}

variables {
  org               = "acme"
  team              = "support"
  monthly_limit_usd = "50.00"
  models            = [{ provider = "ollama", name = "llama3.2" }]
  tools             = ["search", "reply"]
  require_approval  = ["reply"]
  agents = {
    triage = { instructions = "Sort tickets.", tools = ["search"] }
    writer = { instructions = "Answer them.", paused = true }
  }
}

run "agents_are_held_to_budget_and_guardrail" {
  command = plan

  assert {
    condition     = lattice_budget.this.limit_micro_usd == 50000000
    error_message = "50 USD are 50000000 micro-USD."
  }

  assert {
    condition     = tolist(lattice_budget.this.soft_thresholds_micro_usd) == tolist([25000000, 40000000])
    error_message = "Alerts come at half and at four fifths of the limit."
  }

  assert {
    condition     = alltrue([for agent in lattice_agent.this : agent.budget == "support" && agent.labels.team == "support"])
    error_message = "Every agent is in the budget and carries the label that the guardrail selects."
  }

  assert {
    condition     = lattice_agent.this["triage"].model.name == "llama3.2"
    error_message = "An agent without a model gets the team's first."
  }

  assert {
    condition     = lattice_agent.this["writer"].desired_state == "paused"
    error_message = "A paused agent is planned as paused."
  }

  assert {
    condition     = length(lattice_mesh_network.this) == 0 && length(lattice_agent_role_binding.leads) == 0
    error_message = "Without mesh and leads there is neither network nor binding."
  }
}

run "a_mesh_has_a_peer_for_every_key" {
  command = plan

  variables {
    leads = ["bob", "alice"]
    mesh = {
      cidr  = "10.20.0.0/24"
      peers = { gateway = "gmtxiSj//SC0abX7cy5/11XJ6aVqyeWM6fLK4qzzDz0=" }
    }
  }

  assert {
    condition     = lattice_mesh_peer.this["gateway"].network == "support"
    error_message = "The peer is in the team's network."
  }

  assert {
    condition     = lattice_agent_role_binding.leads[0].subjects[*].name == tolist(["alice", "bob"])
    error_message = "Leads are bound in the order of their names."
  }
}

run "a_name_that_no_object_could_have" {
  command = plan
  variables { team = "Support Team" }
  expect_failures = [var.team]
}

run "an_amount_with_a_currency" {
  command = plan
  variables { monthly_limit_usd = "$50" }
  expect_failures = [var.monthly_limit_usd]
}

run "no_models" {
  command = plan
  variables { models = [] }
  expect_failures = [var.models]
}

run "a_wildcard_tool" {
  command = plan
  variables {
    tools            = ["search", "reply", "db.*"]
    require_approval = []
  }
  expect_failures = [var.tools]
}

run "an_agent_without_instructions" {
  command = plan
  variables { agents = { triage = { instructions = " " } } }
  expect_failures = [var.agents]
}

run "an_agent_with_a_tool_that_the_team_has_not" {
  command = plan
  variables { agents = { triage = { instructions = "Sort tickets.", tools = ["shell"] } } }
  expect_failures = [lattice_agent.this]
}

run "approval_of_a_tool_that_the_team_has_not" {
  command = plan
  variables { require_approval = ["shell"] }
  expect_failures = [lattice_guardrail.this]
}

run "a_range_that_is_none" {
  command = plan
  variables { mesh = { cidr = "10.20.0.0" } }
  expect_failures = [var.mesh]
}
